"""The runs at work or waiting, with their progress."""

from collections.abc import Sequence

import streamlit as st

from backend.run_view import Run
from backend.states import RunState
from ui.page import link
from ui.parts import interruption
from ui.parts.run_status import badges
from ui.parts.wording import count, joined, plain, time_left

SHOWN = 5  # runs; the queue page has them all


def draw_running(at_work: Sequence[Run]) -> None:
    """Draw the runs at work, then those that wait; a caption when there is none."""
    if not at_work:
        st.caption("No run is at work.")
    for run in sorted(at_work, key=_order)[:SHOWN]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{plain(run.name)}**", width="content")
            text, icon, colour = badges(run)[0]
            st.badge(text, icon=icon, color=colour)  # type: ignore[arg-type]
            st.space("stretch")
            link("Open", "progress", ":material/arrow_forward:", run=run.id)
        _draw_progress(run)
    if len(at_work) > SHOWN:
        link(f"See all {count(len(at_work))} in the queue", "queue", ":material/arrow_forward:")


def _order(run: Run) -> tuple[bool, bool, int, float]:
    """Runs at work first, the others as the queue takes them."""
    return run.state is not RunState.RUNNING, run.automatic, -run.priority, run.place


def _draw_progress(run: Run) -> None:
    if run.state is not RunState.RUNNING:
        told = interruption.verdict(run) if run.attempt else "Starts when a worker is free."
        st.caption(f"On {plain(run.dataset_name)}. {told}")
        return
    doing = run.stages[-1].name if run.stages else "Starting"
    step = f"step {count(run.step)} of {count(run.steps_total)}" if run.steps_total else ""
    left = f"about {time_left(run.seconds_left)} left" if run.seconds_left is not None else ""
    st.progress(run.share_done, text=joined(plain(doing), step, left))
