"""Which scored transactions to show. The address holds the choices, so a link shows the same."""

import streamlit as st

from backend.predictions import Filters
from ui.parts.wording import LABELS, PARTS

FROM = "from"  # in the address: the place in the order of scores where the page begins
SHOWN_PARTS = ["test", "validation", "all"]
ALERTS, EVERY = "Alerts", "Every transaction"


def draw(threshold: float) -> Filters:
    """Draw the filters and return what they ask for; alerts are scores from `threshold` on."""
    with st.grid(4, gap="small", min_column_width=200):
        show = st.radio(
            "Show",
            [ALERTS, EVERY],
            horizontal=True,
            key="show",
            bind="query-params",
            on_change=first_page,
        )
        part = st.selectbox(
            "Part",
            SHOWN_PARTS,
            format_func=PARTS.__getitem__,
            key="part",
            bind="query-params",
            on_change=first_page,
        )
        label = st.selectbox(
            "Label",
            list(LABELS),
            format_func=LABELS.__getitem__,
            key="label",
            bind="query-params",
            on_change=first_page,
        )
        amount = st.number_input(
            "Least amount",
            min_value=0.0,
            value=None,
            step=10.0,
            placeholder="any",
            key="least_amount",
            bind="query-params",
            on_change=first_page,
        )
    least = threshold if show == ALERTS else 0.0
    return Filters(part=part, label=label, least_score=least, least_amount=amount)


def first_page() -> None:
    """Go back to the highest scores: a place in another order means nothing."""
    st.query_params.pop(FROM, None)
