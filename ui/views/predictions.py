"""Which transactions are fraud? The scores of one run, highest first."""

import streamlit as st

from backend import predictions, runs
from backend.run_view import Run
from backend.states import RunState
from ui.page import Page, go
from ui.parts import judgement, prediction_filters, prediction_table, viewer
from ui.parts.run_picker import draw_picker, pick_run
from ui.parts.scoring_job import draw_job
from ui.parts.skeleton import blank, head, panel
from ui.parts.wording import count, counted, joined, moment, plain, share

PAGE = Page("Predictions", ":material/flag:", group="Judge", order=10)


def render() -> None:
    """Draw the scores of the run the address names, or of the newest finished one."""
    finished = [run for run in runs.list_all() if run.state is RunState.SUCCEEDED]
    run = pick_run(finished)
    if run is None:
        draw_none("No run has finished yet, so 0 transactions are scored.")
    elif run.state is not RunState.SUCCEEDED:
        draw_none(f"Run {run.id} has no finished model, so it scored 0 transactions.", run)
    else:
        draw_scores(run, finished)


def draw_scores(run: Run, finished: list[Run]) -> None:
    """Draw verdict, filters, what they add up to, and the table."""
    action = ("Score a transaction", ":material/bolt:", "primary", "score")
    (score_one,) = head("Predictions", verdict(run), evidence(run), actions=[action])
    if score_one:
        go("score", run=run.id)
    draw_picker(run, finished)
    with panel("Which transactions", "Amounts and counts below follow these filters."):
        filters = prediction_filters.draw()
    totals = predictions.totals(run.id, filters)
    prediction_filters.draw_totals(run, filters, totals)
    prediction_table.draw(run, filters, totals.rows)
    draw_job(run)


def draw_none(verdict: str, run: Run | None = None) -> None:
    """Say that there is nothing to show yet, and where it will come from."""
    head("Predictions", verdict, "Scores are stored when a run finishes.")
    note = "Train a model first; its test transactions are scored by itself."
    with blank(":material/flag:", "No scores yet", note):
        pressed = st.button("See progress" if run else "New run", type="primary", key="onward")
    if pressed and run:
        go("progress", run=run.id)
    if pressed:
        go("new_run")


def verdict(run: Run) -> str:
    """Return the sentence on the highest scores; the run's own verdict when it has none."""
    right = (run.metrics.get("test") or {}).get("precision_at_100")
    if right is None:
        return judgement.verdict(run)
    return f"Of the 100 highest-scored test transactions, {share(right)} are fraud."


def evidence(run: Run) -> str:
    """Return which model scored what, when, and how often the test set was looked at."""
    rows = (run.split.get("rows") or {}).get("test", 0)
    frauds = (run.split.get("frauds") or {}).get("test", 0)
    return joined(
        plain(run.name),
        plain(run.dataset_name),
        f"{count(rows)} test transactions with {counted(frauds, 'fraud')}",
        f"scored {moment(run.finished_at, viewer.zone())}",
        f"times in {viewer.zone_name()}",
    )
