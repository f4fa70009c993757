"""What is one finished run worth? Money first, then the evidence, then how far to trust it.

A pre-training has no scores to judge: what it learned stands in their place.
"""

import streamlit as st

from backend import champions, runs, thresholds
from backend.run_view import Run
from backend.states import RunState
from ui.page import Page, go, link
from ui.parts import (
    champion,
    judgement,
    pretraining,
    run_amounts,
    run_evidence,
    run_trust,
)
from ui.parts.run_picker import draw_picker, pick_run
from ui.parts.skeleton import blank, head

PAGE = Page("Run", ":material/verified:", group="Judge", order=5)


def render() -> None:
    """Draw the run the address names, or the newest finished one."""
    run = pick_run([run for run in runs.list_all() if run.state is RunState.SUCCEEDED])
    if run is None:
        draw_none("No run has finished yet, so 0 are judged.")
    elif run.state is RunState.SUCCEEDED and not run.answers:
        pretraining.draw(run)
    elif run.state is not RunState.SUCCEEDED:
        draw_none(f"Run {run.id} has no finished model, so there is nothing to judge.", run)
    else:
        draw_run(run)


def draw_run(run: Run) -> None:
    """Draw verdict, money, evidence and caveats of a finished run."""
    kept = champions.history(run.dataset_id)
    present = next(iter(kept), None)
    judged, standing = judgement.of(run.id), thresholds.standing(run.id)
    pressed = head(
        "Run",
        run_amounts.verdict(judged, run)
        if judged.judges_amounts_only
        else judgement.verdict(run, standing),
        run_evidence.told_of(run, standing),
        badges=champion.badges(run, present),
        actions=champion.actions(run, present),
    )
    champion.press(run, present, pressed)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        draw_picker(run, runs.list_all(), "run")
        link("How it learned", "progress", ":material/show_chart:", run=run.id)
        link("Compare it", "compare", ":material/compare_arrows:", run=run.id)
    if judged.judges_amounts_only:
        run_amounts.draw_cards(judged, run)
    else:
        judgement.draw_cards(run, standing)
    if judged.is_judged:
        run_evidence.draw(run, judged, standing)
    run_trust.draw_reads(run, judged)
    champion.draw_history(run, kept)
    champion.ask(run, judged, present)


def draw_none(verdict: str, run: Run | None = None) -> None:
    """Say that nothing is judged yet, and where it will come from."""
    head("Run", verdict, "A run is judged on its test part when it finishes.")
    with blank(":material/verified:", "Nothing judged yet", "Train a model first."):
        pressed = st.button("See progress" if run else "New run", type="primary", key="onward")
    if pressed and run:
        go("progress", run=run.id)
    if pressed:
        go("new_run")
