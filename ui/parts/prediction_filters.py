"""Which scored transactions to show. The address holds the choices, so a link shows the same."""

import streamlit as st

from backend.predictions import Filters, Totals
from backend.run_view import Run
from ui.parts.skeleton import card, cards
from ui.parts.wording import LABELS, MISSING, PARTS, count, money, share

FROM = "from"  # in the address: the place in the order of scores where the page begins
SHOWN_PARTS = ["test", "validation", "all"]


def draw() -> Filters:
    """Draw the filters and return what they ask for."""
    with st.grid(4, gap="small", min_column_width=200):
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
        score = st.number_input(
            "Least score",
            min_value=0.0,
            max_value=1.0,
            value=0.0,
            step=0.05,
            format="%.2f",
            key="least_score",
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
    return Filters(part=part, label=label, least_score=score, least_amount=amount)


def draw_totals(run: Run, filters: Filters, totals: Totals) -> None:
    """Draw what the filtered transactions add up to, money first."""
    rate = share(totals.frauds / totals.rows, card=True) if totals.rows else MISSING
    cards(
        [
            card("Amount in fraud", money(totals.fraud_amount, run.currency), "labelled as fraud"),
            card("Amount in all", money(totals.amount, run.currency), "of these transactions"),
            card("Frauds", count(totals.frauds), f"{rate} of these transactions"),
            card("Transactions", count(totals.rows), PARTS[filters.part].lower()),
        ]
    )


def first_page() -> None:
    """Go back to the highest scores: a place in another order means nothing."""
    st.query_params.pop(FROM, None)
