"""By what the runs are compared, and at how many alerts. The address holds every choice."""

import streamlit as st

from backend import comparisons, policies, thresholds
from backend.comparisons import Way
from backend.run_view import Run
from ui.parts import compare_words as words

SAME, OWN = "Same number of alerts", "Own thresholds"
HELP = (
    "Same number: every run raises as many alerts as run A, so the work is equal. Own thresholds: "
    "each run alerts from the threshold saved for it on, else from the one that costs least."
)


def draw(baseline: Run) -> tuple[str, Way]:
    """Draw the choices and return (measure, way to decide)."""
    days = comparisons.days_of(baseline)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        measure = st.selectbox(
            "Compare by",
            comparisons.measures_of(baseline),
            format_func=lambda name: words.title(name, days),
            key="measure",
            bind="query-params",
            width=230,
        )
        way = st.radio(
            "Decide by", [SAME, OWN], horizontal=True, key="decide", bind="query-params", help=HELP
        )
        alerts = None
        if way == SAME:
            alerts = st.number_input(
                "Alerts a day" if days else "Alerts in all",
                min_value=0.0,
                value=None,
                step=1.0,
                format="%.1f" if days else "%.0f",
                placeholder="as run A",
                key="alerts",
                bind="query-params",
                width=150,
            )
    costs = thresholds.costs_of(policies.newest(baseline.id))
    return measure, Way(costs, alerts, own_thresholds=way == OWN)
