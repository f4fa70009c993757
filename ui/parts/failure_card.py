"""A run that ended badly: its cause, what was kept, one safe next step, and its log, folded."""

import streamlit as st

from backend import failures
from backend.failures import Step
from backend.run_view import Run
from ui.page import go
from ui.parts.wording import count, counted, plain

STEPS = {  # what to do -> words on the button, icon
    Step.AGAIN: ("Launch it again", ":material/replay:"),
    Step.GO_ON: ("Go on from step {step}", ":material/resume:"),
    Step.GENTLER: ("Launch at half the learning rate", ":material/replay:"),
    Step.SMALLER: ("Choose a smaller preset", ":material/tune:"),
    Step.DATA: ("Look at the dataset", ":material/table:"),
    Step.ROOM: ("See what can be deleted", ":material/delete:"),
}


def draw(run: Run) -> None:
    """Draw why a run did not succeed, and do what is pressed."""
    told = failures.explain(run)
    st.error(plain(told.cause), title=f"{told.title}, at step {count(run.step)}")
    times = f" It was tried {counted(run.attempt, 'time')}." if run.attempt > 1 else ""
    st.caption(told.kept + times)
    words, icon = STEPS[told.step]
    words = words.format(step=count(run.checkpoint_step or 0))
    if st.button(words, icon=icon, type="primary", key="next-step"):
        _do(run, told.step)
    if run.trace:
        with st.expander("The end of its log, for support", key="trace"):
            st.code(run.trace, language=None, wrap_lines=True)


def _do(run: Run, step: Step) -> None:
    if step in (Step.AGAIN, Step.GO_ON, Step.GENTLER):
        go("progress", run=failures.launch_again(run, step))
    if step is Step.SMALLER:
        go("new_run", dataset=run.dataset_id)
    if step is Step.DATA:
        go("datasets", dataset=run.dataset_id)
    go("datasets")
