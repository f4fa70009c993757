"""Which transactions are fraud? From which score on, at what cost, and the alerts that follow."""

import streamlit as st

from backend import policies, runs
from backend.run_view import Run
from ui.page import Page, go
from ui.parts import (
    amount_scores,
    decision,
    judgement,
    prediction_table,
    pretraining,
    threshold_decisions,
    threshold_panel,
)
from ui.parts.run_picker import draw_picker, pick_run
from ui.parts.scoring_job import draw_job
from ui.parts.skeleton import blank, head

PAGE = Page("Predictions", ":material/flag:", group="Judge", order=10)
SAVE = ("Save threshold", ":material/save:", "primary", "save")
SCORE = ("Score a transaction", ":material/bolt:", "secondary", "score")


def render() -> None:
    """Draw the scores of the run the address names, or of the newest finished one."""
    finished = [run for run in runs.list_all() if run.is_judged]
    run = pick_run(finished)
    if run is None:
        draw_none("No run has finished yet, so 0 transactions are scored.")
    elif not run.is_judged:
        draw_none(f"Run {run.id} scored 0 transactions. {pretraining.why_none(run)}", run)
    elif judgement.of(run.id).judges_amounts_only:
        amount_scores.draw(run, finished)
    else:
        draw_scores(run, finished)


def draw_scores(run: Run, finished: list[Run]) -> None:
    """Draw the designer, what it comes to, the alerts that follow, and how it was chosen before."""
    top = st.container(gap="small")
    kept = policies.history(run.id)
    newest = next(iter(kept), None)
    design, chosen = threshold_panel.draw(run, newest)
    with top:
        saved = threshold_panel.in_force(newest, design.costs, chosen.threshold)
        save, score_one = head(
            "Predictions",
            threshold_panel.verdict(run, design, chosen),
            prediction_table.evidence(run),
            badges=threshold_panel.badges(design, chosen, newest),
            actions=[SAVE, SCORE],
            blocked={"save": "This is the threshold in force."} if saved else None,
        )
        draw_picker(run, finished, "predictions")
    if score_one:
        go("score", run=run.id)
    if save:
        decision.ask(threshold_decisions.SAVE)
    threshold_panel.draw_cards(run, design, chosen)
    prediction_table.draw(run, chosen.threshold)
    threshold_decisions.draw_history(run, kept)
    draw_job(run)
    threshold_decisions.ask_to_save(run, design, chosen, newest)


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
