"""What a finished run is worth on its test set, in words and four cards, money first."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from backend import judgements, thresholds
from backend.errors import ModelNotReady
from backend.judgements import Judgement
from backend.run_view import Run
from backend.thresholds import Standing
from ui.parts.skeleton import card, cards
from ui.parts.wording import (
    MISSING,
    SPLITS,
    a_day,
    count,
    counted,
    duration,
    joined,
    money,
    plain,
    share,
    three,
)

CLUSTERS = {"entity": "customer", "day": "day", "row": "row"}


def verdict(run: Run, standing: Standing | None = None) -> str:
    """Return the plain sentence on a finished run, and the model's own caution where it has one.

    No figure is made up when one is missing.
    """
    return " ".join([_told(run, standing), *_cautions(run)])


def _told(run: Run, standing: Standing | None) -> str:
    stands = standing or thresholds.standing(run.id)
    test = _test(run)
    if stands is not None and stands.outcome.recall is not None and test.get("ap") is not None:
        return _catches(run, stands)
    found, right = test.get("recall_at_1_fpr"), test.get("precision_at_100")
    if found is not None:
        return f"Finds {share(found)} of frauds while stopping 1 in 100 good payments."
    if right is not None:
        return f"{share(right)} of the 100 highest-scored test transactions are fraud."
    return f"Scored {counted(test.get('rows', 0), 'test transaction')}; too few frauds to judge it."


def draw_cards(run: Run, standing: Standing | None = None) -> None:
    """Draw the figures of the test part: money at its threshold first, then how well it ranks."""
    stands = standing or thresholds.standing(run.id)
    if stands is not None and stands.outcome.recall is not None:
        cards([*_money_cards(run, stands), _ranking_card(run)])
    else:
        cards(_found_cards(run))
    if _test(run).get("note"):
        st.caption(plain(_test(run)["note"]))


def at_which_threshold(standing: Standing | None) -> str:
    """Return from which score on alerts are counted, and who says so. Empty without a standing."""
    if standing is None:
        return ""
    told, policy = f"alerts from {standing.outcome.threshold:g}", standing.policy
    if policy is None:
        return f"{told}, best at the usual costs"
    return f"{told}, chosen by {plain(policy.chosen_by)}"


def interval_note(judged: Judgement) -> str:
    """Return how intervals were made. Empty for a run without them."""
    if not judged.told.get("resamples"):
        return ""
    kind = CLUSTERS.get(judged.told["cluster"], "row")
    return f"intervals 95%, {count(judged.told['resamples'])} resamples by {kind}"


def spread(interval: tuple[float, float] | None, form: Callable[[float], str]) -> str:
    """(0.81, 0.902) -> 0.810 to 0.902, each end in the form given; a dash without an interval."""
    return f"{form(interval[0])} to {form(interval[1])}" if interval else MISSING


def between(interval: tuple[float, float]) -> str:
    """(0.812, 0.9) -> 81 to 90%."""
    low, high = interval
    return f"{100 * low:.0f} to {share(high)}" if high >= 0.1 else f"{share(low)} to {share(high)}"


def of_all(part: float | None) -> str:
    """0.984 -> 98%; nearly everything is not everything: 0.997 -> 99.7%."""
    return share(part, card=part is not None and 0.99 <= part < 1)


def split_caption(run: Run) -> str:
    """Return how the rows were shared out: parts, gap, method. Empty before it is known."""
    rows = run.split.get("rows")
    if not rows:
        return ""
    frauds = run.split.get("frauds", {})
    told = [
        f"{count(rows.get(part, 0))} {words} ({counted(frauds.get(part, 0), 'fraud')})"
        for part, words in (("train", "training"), ("validation", "validation"), ("test", "test"))
    ]
    gap = run.split.get("gap_seconds") or 0
    if gap and rows.get("gap"):
        told.append(f"{count(rows['gap'])} left out in gaps of {duration(gap)}")
    return "Rows: " + joined(*told, SPLITS.get(run.split.get("method", ""), ""))


def caveats(run: Run) -> list[str]:
    """Return what weakens the figures, one sentence each; empty when nothing does."""
    return [*_cautions(run), *(plain(caveat) for caveat in run.split.get("caveats", ()))]


def of(run_id: int) -> Judgement:
    """Return the judgement of a run, an empty one when its files are gone."""
    try:
        return judgements.of(run_id)
    except ModelNotReady:
        return Judgement(run_id, {})


def _cautions(run: Run) -> list[str]:
    caution = run.metrics.get("caution")
    return [caution] if caution else []


def _catches(run: Run, stands: Standing) -> str:
    at = stands.outcome
    if not at.alerts:
        return _catches_nothing(run, stands)
    if stands.design.has_amounts:
        caught = money(at.caught_amount, run.currency)
        whole = f"{money(at.caught_amount + at.missed_amount, run.currency)} of fraud"
        part = at.amount_share
    else:
        caught, whole = count(at.caught), counted(at.caught + at.missed, "fraud")
        part = at.recall
    day = " a day" if stands.design.days else ""
    alerts = f"{a_day(at.alerts)} alerts{day}"
    if stands.caught is None:
        return f"Catches {caught} of {whole} with {alerts}."
    known = f"{of_all(part)} (95% interval {between(stands.caught)})"
    return f"Catches {caught} of {whole}, {known}, with {alerts}."


def _catches_nothing(run: Run, stands: Standing) -> str:
    at = stands.outcome
    lost = (
        f"{money(at.missed_amount, run.currency)} of fraud"
        if stands.design.has_amounts
        else counted(at.missed, "fraud")
    )
    if stands.policy is None:
        return f"Raises no alert: no threshold is worth its reviews, and {lost} is missed."
    return f"Raises no alert from its threshold of {at.threshold:g} on: {lost} is missed."


def _money_cards(run: Run, stands: Standing) -> list[dict[str, Any]]:
    at, days = stands.outcome, stands.design.days
    if stands.design.has_amounts:
        caught, missed = (
            money(at.caught_amount, run.currency),
            money(at.missed_amount, run.currency),
        )
        part, unit = at.amount_share, "of fraud amount"
    else:
        caught, missed = counted(at.caught, "fraud"), counted(at.missed, "fraud")
        part, unit = at.recall, "of frauds"
    rest = None if part is None else 1 - part
    right = "no alert in the test part" if at.precision is None else f"{share(at.precision)} right"
    return [
        card("Fraud caught", caught, f"{of_all(part)} {unit}"),
        card("Fraud missed", missed, f"{of_all(rest)} {unit}"),
        card("Alerts a day" if days else "Alerts", a_day(at.alerts), right),
    ]


def _ranking_card(run: Run) -> dict[str, Any]:
    test, interval = _test(run), of(run.id).interval("ap")
    note = f"95% interval {spread(interval, three)}" if interval else _lift(test)
    return card("Average precision", three(test.get("ap")), note)


def _found_cards(run: Run) -> list[dict[str, Any]]:
    test = _test(run)
    return [
        card(
            "Frauds found",
            share(test.get("recall_at_1_fpr"), card=True),
            f"of {counted(test.get('frauds', 0), 'fraud')}, stopping 1 in 100 good",
        ),
        card(
            "Right in the top 100",
            share(test.get("precision_at_100"), card=True),
            "of the highest scores are fraud",
        ),
        card("Average precision", three(test.get("ap")), _lift(test)),
        card("AUROC", three(test.get("auroc")), "fraud ranked above legitimate"),
    ]


def _lift(test: dict[str, Any]) -> str:
    lift = test.get("lift")
    return MISSING if lift is None else f"{count(lift)} times better than chance"


def _test(run: Run) -> dict[str, Any]:
    return run.metrics.get("test") or {}
