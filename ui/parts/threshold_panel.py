"""The threshold designer of one run: inputs beside the curve, then what they come to."""

import pandas as pd
import streamlit as st

from backend import thresholds
from backend.policies import Policy
from backend.run_view import Run
from backend.steps.costs import Costs
from backend.thresholds import Design, Outcome
from ui.charts import money as money_chart
from ui.parts import chart, chart_csv, judgement, threshold_inputs, viewer
from ui.parts.judgement import of_all
from ui.parts.run_amounts import RANK
from ui.parts.skeleton import Badge, card, cards, pair, panel
from ui.parts.wording import MISSING, a_day, counted, money, plain, share, symbol

WORTH_SAYING = 0.02  # of the best net value
OLD = (
    "This run was judged before curves were kept, so only the figures below follow the inputs. "
    "Train it again for a curve with its interval."
)


def draw(run: Run, policy: Policy | None) -> tuple[Design, Outcome]:
    """Draw inputs and curve side by side; return the design and what is chosen of it."""
    besides = policy.threshold if policy else None
    usual = thresholds.design(run.id, thresholds.costs_of(policy), besides)
    threshold_inputs.prepare(run, policy, usual)
    left, right = pair()
    with left, panel("Threshold", height="stretch"):
        costs = threshold_inputs.draw_costs(run, usual.days is not None, usual.has_amounts)
        design = thresholds.design(run.id, costs, besides)
        chosen = design.at(threshold_inputs.draw_threshold(design, policy))
        st.caption(best(design, run))
    stretch = "a week" if design.days else "in the test part"
    curve = thresholds.curve(run.id, costs)
    note = f"What alerts save {stretch} after reviews and false alarms. {band(curve)}"
    with right, panel("Net value by threshold", note, height="stretch"):
        _draw_curve(run, curve, design, chosen)
    return design, chosen


def draw_cards(run: Run, design: Design, chosen: Outcome) -> None:
    """Draw what the chosen threshold comes to, money first."""
    week = " a week" if design.days else ""
    caught, missed = (
        money(chosen.caught_amount, run.currency),
        money(chosen.missed_amount, run.currency),
    )
    part, unit = chosen.amount_share, "of fraud amount"
    if not design.has_amounts:
        caught, missed = counted(chosen.caught, "fraud"), counted(chosen.missed, "fraud")
        part, unit = chosen.recall, "of frauds"
    rest = None if part is None else 1 - part
    expected = design.costs.fraud_rate is not None
    cards(
        [
            card(f"Caught{week}", caught, f"{of_all(part)} {unit}"),
            card(f"Missed{week}", missed, f"{of_all(rest)} {unit}"),
            card(
                "Alerts a day" if design.days else "Alerts",
                a_day(chosen.alerts),
                room(design, chosen),
            ),
            card(
                "Right alerts",
                share(chosen.precision, card=True),
                "at the fraud rate you expect" if expected else "as in the test part",
            ),
        ]
    )
    note = (run.metrics.get("test") or {}).get("note")
    if note:
        st.caption(plain(note))


def verdict(run: Run, design: Design, chosen: Outcome) -> str:
    """Return the sentence that answers: what would this threshold mean for us?"""
    caught = (
        f"{money(chosen.caught_amount, run.currency)} of fraud"
        if design.has_amounts
        else counted(round(chosen.caught), "fraud")
    )
    day, week = (" a day", " a week") if design.days else ("", "")
    alerts = f"{a_day(chosen.alerts)} alerts{day}"
    return f"At threshold {chosen.threshold:g} you review {alerts} and catch {caught}{week}."


def badges(design: Design, chosen: Outcome, policy: Policy | None) -> list[Badge]:
    """Return whether the alerts fit, and whether this threshold is the saved one."""
    told: list[Badge] = []
    if design.costs.capacity is not None and design.days:
        fits = design.fits(chosen)
        told.append(
            ("Within capacity", ":material/check_circle:", "green")
            if fits
            else ("Over capacity", ":material/warning:", "orange")
        )
    if in_force(policy, design.costs, chosen.threshold):
        assert policy is not None
        told.append((f"In force, version {policy.version}", ":material/lock:", "gray"))
    return told


def in_force(policy: Policy | None, costs: Costs, threshold: float) -> bool:
    """True when exactly this is saved as the newest policy."""
    return policy is not None and (policy.threshold, policy.inputs) == (threshold, costs.to_plain())


def room(design: Design, chosen: Outcome) -> str:
    """Return how the alerts compare with what can be reviewed."""
    if design.costs.capacity is None or not design.days:
        return "no limit given" if design.days else "in the test part"
    left = design.costs.capacity - chosen.alerts
    return f"{a_day(abs(left))} {'below' if left >= 0 else 'over'} capacity"


def best(design: Design, run: Run) -> str:
    """Return where the curve is highest, and whether one may go there."""
    top = design.best
    if top.value <= 0:
        return "At these costs no threshold is worth its reviews."
    day = " a day" if design.days else ""
    where = f"Best: from {top.threshold:g}, {money(top.value, run.currency)}"
    over = "" if design.fits(top) else f", {room(design, top)}"
    return f"{where} ({a_day(top.alerts)} alerts{day}{over})."


def band(curve: pd.DataFrame) -> str:
    """Return what the band of the curve means, or why there is none. Empty without a curve."""
    if curve.empty:
        return ""
    if curve["low"].isna().all():
        return "No band: too few frauds for an interval."
    return "Band: 95% interval."


def _draw_curve(run: Run, curve: pd.DataFrame, design: Design, chosen: Outcome) -> None:
    if curve.empty:
        st.caption(OLD)
        return
    sign, top = symbol(run.currency), design.best
    at, peak = (chosen.threshold, chosen.value), (top.threshold, top.value)
    figure = money_chart.figure(curve, at, peak, design.limit, sign, run.slot, viewer.theme())
    chart.draw(figure, key="money", alt=money_chart.alt(curve, at, peak, sign))
    chart_csv.offer(curve, f"run-{run.id}-net-value", "money")
    more = design.by_amount - top.value
    if judgement.of(run.id).is_rank:
        st.caption(RANK)
    elif more > WORTH_SAYING * abs(top.value):
        stretch = " a week" if design.days else ""
        st.caption(
            "Weighing each amount by itself, without one threshold for all, would save "
            f"{money(more, run.currency)} more{stretch}."
        )
    if not design.has_amounts:
        st.caption(
            f"No fraud of the test part has an amount ({MISSING}): only fees and work count."
        )
