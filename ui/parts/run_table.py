"""A table of runs: state in words, the shape of the loss, what each found, and the way to it."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from backend import champions, runs
from backend.run_view import Run
from backend.states import RunState
from ui.page import go
from ui.parts import viewer
from ui.parts.run_picker import page_of
from ui.parts.wording import MISSING, STATES, moment, share, three

OPENED = "opened-run"
SPARK = 30  # points of the small loss line
CHAMPION, BASELINE = "Champion", "Baseline"
COLOURS = {CHAMPION: "green", "Running": "blue", "Failed": "red", "Diverged": "red"}


def draw(shown: Sequence[Run]) -> None:
    """Draw the runs, newest first; pressing Open leads to a run's page: live, or judged."""
    champion_of = {each: champions.of(each) for each in {run.dataset_id for run in shown}}
    best = {champion.run_id for champion in champion_of.values() if champion}
    table = pd.DataFrame([_row(run, run.id in best) for run in shown])
    states = sorted({CHAMPION, BASELINE, *(words for words, _, _ in STATES.values())})
    st.dataframe(
        table,
        hide_index=True,
        placeholder=MISSING,
        height="content",
        column_config={
            "State": st.column_config.MultiselectColumn(
                options=states, color=[COLOURS.get(state, "gray") for state in states]
            ),
            "Validation loss": st.column_config.LineChartColumn(color="gray"),
            "Frauds found": st.column_config.TextColumn(
                alignment="right",
                help="Share of frauds found while stopping 1 in 100 good payments.",
            ),
            "Average precision": st.column_config.TextColumn(alignment="right"),
            "": st.column_config.ButtonColumn("", type="tertiary", key=OPENED),
        },
        key="runs",
        alt="The newest runs with their state, loss, figures on test rows and end.",
    )
    click = st.session_state.get(OPENED)
    if click:
        run = shown[click["row"]]
        go(page_of(run), run=run.id)


def _tags(run: Run, is_champion: bool) -> list[str]:
    told = [tag for tag, yes in ((CHAMPION, is_champion), (BASELINE, run.automatic)) if yes]
    finished = run.state is RunState.SUCCEEDED
    return told if told and finished else [STATES[run.state][0], *told]


def _row(run: Run, is_champion: bool) -> dict[str, object]:
    curve = runs.loss_curve(run.id, at_most=SPARK)
    test = run.metrics.get("test") or {}
    return {
        "Run": run.name,
        "State": _tags(run, is_champion),
        "": "Open",
        "Validation loss": curve[curve["part"] == "validation"]["loss"].dropna().tolist(),
        "Frauds found": share(test.get("recall_at_1_fpr"), card=True),
        "Average precision": three(test.get("ap")),
        "Finished": moment(run.finished_at, viewer.zone()),
        "Dataset": run.dataset_name,
    }
