"""Fifty scored transactions, highest score first, with the ways on, back, out and to one."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from backend import predictions
from backend.predictions import Filters, Totals
from backend.run_view import Run
from ui.charts.ink import FRAUD
from ui.page import go
from ui.parts import prediction_filters, viewer
from ui.parts.prediction_filters import FROM
from ui.parts.skeleton import panel
from ui.parts.wording import (
    MISSING,
    count,
    counted,
    joined,
    moment,
    money,
    on_clock,
    plain,
)

OPENED, KEPT = "opened-row", "shown-rows"
TRUTH = {1: "Fraud", 0: "Legitimate"}
CANONICAL = (
    *("row", "part", "score", "label", "amount", "time", "entity", "counterparty"),
    *("likeliest_kind", "predicted_amount"),
)


def draw(run: Run, threshold: float) -> None:
    """Draw the filters and one page of scores; the choices and the place stand in the address."""
    with panel("Transactions", "Highest score first, 50 on a page."):
        filters = prediction_filters.draw(threshold)
        totals = predictions.totals(run.id, filters)
        if not totals.rows:
            st.caption("No transaction fits. Lower the threshold, or show every transaction.")
            return
        st.caption(summed(totals, run.currency))
        shown = predictions.page(run.id, filters, st.query_params.get(FROM))
        _draw_table(run, shown.frame)
        with st.container(horizontal=True, gap="small"):
            _way("Previous", ":material/chevron_left:", shown.before)
            _way("Next", ":material/chevron_right:", shown.after)
            st.space("stretch")
            st.download_button(
                "Download CSV",
                data=partial(_export, run.id, filters),
                file_name=f"touchstone-run-{run.id}-{filters.part}.csv",
                mime="text/csv",
                icon=":material/download:",
                on_click="ignore",
                key="download",
            )


def evidence(run: Run) -> str:
    """Return which model scored what and when, and on which side the threshold falls."""
    rows = (run.split.get("rows") or {}).get("test", 0)
    frauds = (run.split.get("frauds") or {}).get("test", 0)
    return joined(
        plain(run.name),
        plain(run.dataset_name),
        f"{count(rows)} test transactions with {counted(frauds, 'fraud')}",
        f"scored {moment(run.finished_at, viewer.zone())}",
        "a score equal to the threshold raises an alert",
        f"times in {viewer.zone_name()}",
    )


def summed(totals: Totals, currency: str) -> str:
    """Return what the filtered transactions add up to, in one sentence."""
    rows, frauds = counted(totals.rows, "transaction"), counted(totals.frauds, "fraud")
    amounts = f"{money(totals.fraud_amount, currency)} of {money(totals.amount, currency)}"
    lost = f": {amounts} in all" if totals.amount else ""
    return f"{rows}, {frauds} among them{lost}."


def _draw_table(run: Run, frame: pd.DataFrame) -> None:
    table = to_show(_details(run, frame), run.clock)
    cents = partial(money, currency=run.currency, cents=True)
    st.dataframe(
        table.style.format({"Amount": cents, "Predicted": "{:,.2f}"}, na_rep=MISSING),
        hide_index=True,
        height=420,
        placeholder=MISSING,
        column_config={
            "Score": st.column_config.ProgressColumn(
                format="%.2f", min_value=0.0, max_value=1.0, color=FRAUD, width=150
            ),
            "": st.column_config.ButtonColumn("", type="tertiary", key=OPENED),
        },
        key="scores",
        alt="Scored transactions by falling score, with amount, label, time and merchant.",
    )
    click = st.session_state.get(OPENED)
    if click:
        go("score", run=run.id, row=int(frame.iloc[click["row"]]["row"]))


def _details(run: Run, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the dataset's columns; read once while a moved threshold leaves them."""
    about = (run.id, tuple(frame["row"]))
    kept: tuple[object, pd.DataFrame] | None = st.session_state.get(KEPT)
    if kept is None or kept[0] != about:
        kept = (about, predictions.with_details(run.id, frame))
        st.session_state[KEPT] = kept
    return kept[1]


def to_show(details: pd.DataFrame, clock: str) -> pd.DataFrame:
    """Return the columns of the table in order of importance; empty ones are left out."""
    shown: dict[str, Any] = {
        "Score": details["score"],
        "Amount": details["amount"],
        "Predicted": details.get("predicted_amount"),
        "Kind if fraud": details.get("likeliest_kind"),
        "Label": details["label"].map(TRUTH),
        "": "Score it",
        "Time": details["time"].map(partial(on_clock, clock=clock)),
        "Merchant": details["counterparty"],
        "Customer": details["entity"],
    }
    own = {name: details[name] for name in details.columns if name not in CANONICAL}
    table = pd.DataFrame({**shown, **own, "Line": details["row"] + 1})
    return table.dropna(axis="columns", how="all")


def _way(label: str, icon: str, cursor: str | None) -> None:
    pressed = st.button(label, icon=icon, disabled=cursor is None, key=f"page-{label}")
    if pressed and cursor is not None:
        st.query_params[FROM] = cursor
        st.rerun()


def _export(run_id: int, filters: Filters) -> bytes:
    return b"".join(predictions.export_csv(run_id, filters))
