"""The decisions that change between run A and run B: cases, the largest amounts first."""

import math
from functools import partial

import pandas as pd
import streamlit as st

from backend import flips, predictions
from backend.comparisons import Comparison, Standing
from backend.run_view import Run
from ui.charts.run_lines import RunLine
from ui.page import go
from ui.parts.prediction_table import CANONICAL
from ui.parts.skeleton import panel
from ui.parts.wording import MISSING, counted, money, on_clock

PAGE = 10  # transactions shown at once
OPENED = "opened-flip"
CHANGES = {
    "caught": "Newly caught",
    "missed": "Newly missed",
    "stopped": "Newly stopped",
    "passed": "Newly let pass",
    "": "No label",
}
TOLD = {  # of one, of several
    "caught": ("fraud newly caught", "frauds newly caught"),
    "missed": ("fraud newly missed", "frauds newly missed"),
    "stopped": ("good payment newly stopped", "good payments newly stopped"),
    "passed": ("good payment newly let pass", "good payments newly let pass"),
}
TRUTH = {1.0: "Fraud", 0.0: "Legitimate"}
ALL = "All"


def draw(comparison: Comparison, a: Run, b: Run, lines: list[RunLine]) -> None:
    """Draw the transactions on which the two runs decide differently; each opens its own page."""
    first, second = comparison.of(a.id), comparison.of(b.id)
    if first is None or second is None:
        return
    found = flips.between(a.id, b.id, first.threshold, second.threshold)
    with panel("Decisions that changed", f"{told(found, a.currency)} {edges(first, second)}"):
        if found.empty:
            st.caption("Both runs decide alike on every test transaction.")
            return
        kinds = [each for each, many in flips.counts(found).items() if many]
        shown = _filtered(found, kinds)
        pages = -(-len(shown) // PAGE)
        place = st.container()
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            page = st.pagination(pages, key="changed_page", bind="query-params")
            st.space("stretch")
            st.download_button(
                "CSV",
                data=partial(_export, b.id, shown),
                file_name=f"touchstone-changed-{a.id}-{b.id}.csv",
                mime="text/csv",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
                key="changed-csv",
            )
        with place:
            part = shown.iloc[(page - 1) * PAGE : page * PAGE]
            _draw_table(part, b, lines, max(found["score_a"].max(), found["score_b"].max()))


def told(found: pd.DataFrame, currency: str) -> str:
    """Return how many decisions changed, in which way, and what the frauds among them are worth."""
    many, worth = flips.counts(found), flips.amounts(found)
    parts = []
    for change, (one, several) in TOLD.items():
        of_fraud = change in ("caught", "missed") and worth[change] > 0
        amount = f" ({money(worth[change], currency)})" if of_fraud else ""
        if many[change]:
            parts.append(counted(many[change], one, several) + amount)
    whole = counted(len(found), "transaction")
    return f"{whole}: {', '.join(parts)}." if parts else f"{whole}."


def edges(first: Standing, second: Standing) -> str:
    """Return from which score on each of the two runs alerts."""
    return f"A {_edge(first.threshold)}, B {_edge(second.threshold)}."


def to_show(page: pd.DataFrame, clock: str) -> pd.DataFrame:
    """Return the columns of the table in order of importance; empty ones are left out."""
    table = pd.DataFrame(
        {
            "Change": page["change"].map(CHANGES),
            "Amount": page["amount"],
            "": "Score it",
            "Score A": page["score_a"],
            "Score B": page["score_b"],
            "Truth": page["label"].map(TRUTH),
            "Was right": page["right"].map({"A": "Run A", "B": "Run B"}),
            "Booked": page["time"].map(partial(on_clock, clock=clock)),
            "Merchant": page["counterparty"],
            "Customer": page["entity"],
        }
    )
    own = [name for name in page.columns if name not in (*CANONICAL, *flips.COLUMNS)]
    table = table.assign(**{name: page[name] for name in own}, Line=page["row"] + 1)
    return table.replace(MISSING, None).dropna(axis="columns", how="all")


def _edge(threshold: float) -> str:
    return "alerts nobody" if math.isinf(threshold) else f"alerts from {threshold:.3g} on"


def _filtered(found: pd.DataFrame, kinds: list[str]) -> pd.DataFrame:
    named = {CHANGES[kind]: kind for kind in kinds}
    chosen = st.radio(
        "Which changes",
        [ALL, *named],
        horizontal=True,
        label_visibility="collapsed",
        key="changed",
        bind="query-params",
    )
    return found if chosen == ALL else found[found["change"] == named[chosen]]


def _draw_table(page: pd.DataFrame, b: Run, lines: list[RunLine], longest: float) -> None:
    details = predictions.with_details(b.id, page)
    table = to_show(details, b.clock)
    cents = partial(money, currency=b.currency, cents=True)
    colours = {line.letter: line.cue.colour for line in lines if line.cue is not None}
    bars = {
        f"Score {letter}": st.column_config.ProgressColumn(
            format="%.3f",
            min_value=0.0,
            max_value=longest or 1.0,
            color=colours[letter],
            width=120,
            help="The longest bar is the highest score among these transactions.",
        )
        for letter in "AB"
    }
    st.dataframe(
        table.style.format({"Amount": cents}, na_rep=MISSING),
        hide_index=True,
        height="content",
        placeholder=MISSING,
        column_config={
            **bars,
            "": st.column_config.ButtonColumn("", type="tertiary", key=OPENED),
        },
        key="changed-table",
        alt="Transactions that only one of the two runs alerts, by falling amount.",
    )
    click = st.session_state.get(OPENED)
    if click:
        go("score", run=b.id, row=int(page.iloc[click["row"]]["row"]))


def _export(run_id: int, shown: pd.DataFrame) -> bytes:
    return b"".join(flips.export_csv(run_id, shown))
