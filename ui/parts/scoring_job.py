"""Scoring a whole dataset with one run's model: a job of its own, followed while it goes on."""

from uuid import uuid4

import streamlit as st

from backend import runs
from backend.run_view import Run
from backend.states import RunState
from ui.parts import viewer
from ui.parts.live import live, redraw_page
from ui.parts.skeleton import panel
from ui.parts.wording import (
    STATES,
    count,
    counted,
    joined,
    moment,
    plain,
    share,
    time_left,
)

NONCE = "scoring-nonce"
REDRAW = 2.0  # seconds


def draw_job(run: Run) -> None:
    """Draw the scoring of every transaction: the way to start it, or how far it is."""
    note = "Scores the rows the model learned from as well; they say nothing about its quality."
    with panel("Every transaction of the dataset", note):
        job = runs.scoring_of(run.id)
        going = job is not None and job.is_live
        live(_draw_state, REDRAW if going else None, key="scoring-job")(run.id, going)
        if not going:
            _draw_start(run)


def _draw_start(run: Run) -> None:
    pressed = st.button("Score every transaction", icon=":material/playlist_play:", key="score-all")
    nonce = st.session_state.setdefault(NONCE, uuid4().hex)
    if pressed:
        runs.launch_scoring(run.id, nonce)
        del st.session_state[NONCE]
        st.rerun()


def _draw_state(run_id: int, going: bool) -> None:
    job = runs.scoring_of(run_id)
    if job is None:
        st.caption("Not scored yet. You can close this tab while it works.")
        return
    if going and not job.is_live:
        redraw_page()
    words, icon, colour = STATES[job.state]
    st.badge(words, icon=icon, color=colour)  # type: ignore[arg-type]
    if job.is_live:
        doing = job.stages[-1].name if job.stages else "Waits for a worker"
        left = f"about {time_left(job.seconds_left)} left" if job.seconds_left is not None else ""
        st.progress(job.share_done, text=joined(plain(doing), share(job.share_done), left))
    elif job.state is RunState.SUCCEEDED:
        when = moment(job.finished_at, viewer.zone())
        st.caption(f"{counted(job.scored_rows, 'transaction')} scored {when}. Choose “All parts”.")
    else:
        st.caption(plain(job.reason or f"Ended at step {count(job.step)} without a reason."))
