"""Is it learning? One run, redrawn while it trains; what it is worth once it has."""

import pandas as pd
import streamlit as st

from backend import runs
from backend.run_view import Run
from backend.states import RunState
from ui.page import Page, go, id_in_address
from ui.parts import failure_card, interruption, judgement, pretraining, queue_words, run_status
from ui.parts.live import live, redraw_page
from ui.parts.loss_panel import draw_loss, draw_precision, draw_steps
from ui.parts.run_actions import actions, ask_cancel, is_asking, press
from ui.parts.run_picker import draw_picker, pick_run
from ui.parts.skeleton import blank, head, pair

PAGE = Page("Progress", ":material/show_chart:", group="Train", order=20)
REDRAW = 2.0  # seconds
SPLIT_LATER = (
    "How rows are split into training, validation and test stands here once they are read."
)


def render() -> None:
    """Draw the run the address names, live until it ends."""
    run = pick_run(runs.list_all())
    if run is None:
        draw_none()
        return
    asking = is_asking(run)  # a redraw would close the dialog, so the page holds still for it
    live(draw_run, REDRAW if run.is_live and not asking else None, key="progress")(run)
    if asking:
        ask_cancel(run)


def draw_run(before: Run) -> None:
    """Draw one run as it stands now; `before` is how the page knew it when it was opened."""
    run = runs.get(before.id)
    if run.state is not before.state or id_in_address("run") not in (None, run.id):
        redraw_page()
    curve = runs.loss_curve(run.id)
    pressed = head(
        "Progress",
        run_status.verdict(run, curve),
        run_status.evidence(run),
        badges=run_status.badges(run),
        actions=actions(run),
    )
    press(run, pressed)
    draw_picker(run, runs.list_all(), "progress")
    if run.is_judged:
        judgement.draw_cards(run)
    elif run.state is RunState.SUCCEEDED:
        pretraining.draw_cards(run, curve)
    else:
        run_status.draw_cards(run, curve)
    if not run.is_live and run.state not in (RunState.SUCCEEDED, RunState.CANCELLED):
        failure_card.draw(run)
    split = judgement.split_caption(run) or (SPLIT_LATER if run.is_live else "")
    told = (interruption.told_of_pause(run), queue_words.told_of(run), split)
    for line in (*told, pretraining.started_from(run)):
        if line:
            st.caption(line)
    for caveat in judgement.caveats(run):
        st.caption(f":orange[:material/warning:] {caveat}")
    draw_loss(run, curve)
    draw_below(run, curve)


def draw_below(run: Run, curve: pd.DataFrame) -> None:
    """Draw average precision, which a pre-training has none of, and the steps of the job."""
    if not run.answers:
        draw_steps(run)
        return
    left, right = pair()
    with left:
        draw_precision(run, curve)
    with right:
        draw_steps(run)


def draw_none() -> None:
    """Draw the way to a first run."""
    head("Progress", "No run yet. A first one takes 2 clicks from a dataset.", "")
    with blank(":material/show_chart:", "No run yet", "Its loss is drawn here while it learns."):
        pressed = st.button("New run", type="primary", key="new-run")
    if pressed:
        go("new_run")
