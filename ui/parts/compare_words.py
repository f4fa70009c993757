"""What a comparison comes to, in words: verdict, evidence, each difference with its direction."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backend.comparisons import Comparison, Standing
from backend.steps.paired import Verdict
from backend.steps.worth import Figure
from ui.parts.skeleton import Badge
from ui.parts.wording import MISSING, count, counted, joined, money, plain, share, three

CLUSTERS = {"entity": "whole customers", "day": "whole days", "row": "single transactions"}
NOISE = "Not distinguishable"


@dataclass(frozen=True)
class Words:
    """How one figure is named and written."""

    title: str
    more: str  # "€120 more"
    less: str
    form: Callable[[float, str], str]  # value and currency -> text
    step: Callable[[float, str], str]  # the size of a difference, without direction and unit
    unit: str = ""  # of a difference


def _points(size: float, currency: str) -> str:
    return f"{100 * size:.1f}"


def _share(value: float, currency: str) -> str:
    return share(value, card=True)


def _three(value: float, currency: str) -> str:
    return three(value)


def _count(value: float, currency: str) -> str:
    return count(value)


MEASURES = {
    "cost": Words("Cost", "more", "less", money, money),
    "missed_amount": Words("Fraud missed", "more", "less", money, money),
    "found": Words("Frauds found", "more", "fewer", _share, _points, " points"),
    "right": Words("Right alerts", "more", "fewer", _share, _points, " points"),
    "alerts": Words("Alerts", "more", "fewer", _count, _count),
    "ap": Words("Average precision", "higher", "lower", _three, _three),
    "auroc": Words("AUROC", "higher", "lower", _three, _three),
    "recall_at_0_1_fpr": Words(
        "Found, stopping 1 in 1,000 good", "more", "fewer", _share, _points, " points"
    ),
    "recall_at_1_fpr": Words(
        "Found, stopping 1 in 100 good", "more", "fewer", _share, _points, " points"
    ),
}
A_WEEK = ("cost", "missed_amount", "alerts")


def title(measure: str, days: float | None) -> str:
    """Return the name of a figure; money and alerts with the time they are of."""
    words = MEASURES[measure].title
    if measure not in A_WEEK:
        return words
    return f"{words} a week" if days else f"{words}, test rows"


def value(figure: Figure | None, measure: str, currency: str) -> str:
    """Return a figure as text; a dash when it cannot be had."""
    return MISSING if figure is None else written(measure, currency)(figure.value)


def written(measure: str, currency: str) -> Callable[[Any], str]:
    """Return how values of a figure are written; a dash for what is no number."""
    form = MEASURES[measure].form
    return lambda value: MISSING if math.isnan(value) else form(value, currency)


def difference(size: float, measure: str, currency: str) -> str:
    """Return a difference with its direction: €3,240 less, 3.1 points more, 0.021 higher."""
    words = MEASURES[measure]
    direction = words.less if size < 0 else words.more
    return f"{words.step(abs(size), currency)}{words.unit} {direction}"


def interval(verdict: Verdict, measure: str, currency: str) -> str:
    """Return the interval of a difference, nearer end first; both directions where it holds zero.

    €1,100 to €5,200 goes with a difference that says its direction.
    """
    low, high = verdict.low, verdict.high
    if low is None or high is None or math.isnan(low):
        return MISSING
    words = MEASURES[measure]
    if low <= 0 <= high:
        return f"{difference(low, measure, currency)} to {difference(high, measure, currency)}"
    near, far = sorted((abs(low), abs(high)))
    return f"{words.step(near, currency)} to {words.step(far, currency)}{words.unit}"


def verdict(comparison: Comparison, run_id: int, currency: str) -> str:
    """Return the sentence that answers: is run B better than run A?"""
    standing = comparison.of(run_id)
    if standing is None:
        return _not_ranked(comparison, run_id)
    found = standing.differences.get(comparison.measure)
    if found is None or found.delta is None:
        return f"Not ranked. {standing.reason}"
    if found.p_value is None:
        frauds = comparison.baseline.told["frauds"] if comparison.baseline else 0
        return (
            f"Not ranked: {counted(frauds, 'fraud')} in the test part cannot tell two runs apart."
        )
    said = difference(found.delta, comparison.measure, currency)
    span = f"(95% interval {interval(found, comparison.measure, currency)})"
    if standing.better is None:
        among = "" if found.better is None else f" among {comparison.compared} runs"
        return f"{NOISE}{among}: {_about(comparison, said, '')} {span}."
    about = _about(comparison, said, " than run A")
    return f"{about[0].upper()}{about[1:]} {span}."


def badge(comparison: Comparison, run_id: int) -> Badge:
    """Return the verdict in two words."""
    standing = comparison.of(run_id)
    found = standing.differences.get(comparison.measure) if standing else None
    if standing is None or found is None or found.p_value is None:
        return ("Not ranked", ":material/block:", "orange")
    if standing.better is None:
        return ("Within noise", ":material/drag_handle:", "gray")
    if standing.better:
        return ("Better than noise", ":material/check_circle:", "green")
    return ("Worse than run A", ":material/error:", "red")


def evidence(comparison: Comparison, run_id: int) -> str:
    """Return what the verdict rests on: rows, alerts, method, and how many runs were compared."""
    if comparison.baseline is None or not comparison.ranked:
        return "Runs are ranked only on the same test transactions."
    told = comparison.baseline.told
    rows = f"{count(told['rows'])} transactions with {counted(told['frauds'], 'fraud')}"
    standing = comparison.of(run_id)
    if standing is None:
        return f"Runs are ranked only on the same test transactions. Run A: {rows}."
    same = "Same test rows for all" if comparison.compared > 1 else "Same test rows for both"
    drawn = f"paired bootstrap, {count(told['resamples'])} draws of {CLUSTERS[told['cluster']]}"
    several = f"adjusted for {counted(comparison.compared, 'run')} compared (Holm)"
    return joined(
        f"{same}: {rows}",
        alerts(standing, comparison.days),
        drawn,
        several if comparison.compared > 1 else "",
    )


def alerts(standing: Standing, days: float | None) -> str:
    """Return how many alerts a run raises: 12 alerts a day."""
    if not days:
        return counted(standing.alerts, "alert")
    a_day = standing.alerts / days
    number = f"{a_day:.2g}" if a_day < 10 else count(a_day)
    return f"{number} alerts a day"


def alerts_number(standing: Standing, days: float | None) -> float:
    """Return where a run stands on an axis of alerts: a day where days are known, else in all."""
    return standing.alerts / (days or 1)


def why_unsure(comparison: Comparison, run_id: int) -> str:
    """Return why the run is not distinguishable or not ranked, "" when it is."""
    standing = comparison.of(run_id)
    return plain(standing.reason) if standing else ""


def _about(comparison: Comparison, said: str, than: str) -> str:
    time = "a week" if comparison.days else "on the test rows"
    return {
        "cost": f"run B costs {said} {time}{than}",
        "found": f"run B finds {said} of the frauds{than}",
        "ap": f"the average precision of run B is {said}{than}",
        "auroc": f"the AUROC of run B is {said}{than}",
        "recall_at_0_1_fpr": f"stopping 1 in 1,000 good, run B finds {said}{than}",
        "recall_at_1_fpr": f"stopping 1 in 100 good, run B finds {said}{than}",
    }[comparison.measure]


def _not_ranked(comparison: Comparison, run_id: int) -> str:
    base = comparison.baseline.run_id if comparison.baseline else None
    if comparison.why_not(base):
        return f"Not ranked: run A {comparison.why_not(base)}."
    return f"Not ranked: run B {comparison.why_not(run_id)}."
