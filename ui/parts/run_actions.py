"""What can be done with a run in its state: at most two things, the first one being primary."""

import streamlit as st

from backend import runs
from backend.run_view import Run
from backend.states import RunState
from ui.page import go
from ui.parts import pretraining
from ui.parts.live import redraw_page
from ui.parts.skeleton import Action
from ui.parts.trouble import errors_on_page
from ui.parts.wording import count, plain

ASKING = "asking-to-cancel"

JUDGE = ("See what it is worth", ":material/verified:", "primary", "see-run")
LEARNED = ("See what it learned", ":material/verified:", "secondary", "see-run")
SEE = ("See predictions", ":material/flag:", "secondary", "see-predictions")
AGAIN = ("New run", ":material/add:", "primary", "new-run")
ANOTHER = ("New run", ":material/add:", "secondary", "new-run")
KEEP_BEST = ("Stop and keep best", ":material/stop_circle:", "secondary", "keep-best")
CANCEL = ("Cancel run", ":material/close:", "secondary", "cancel")


def actions(run: Run) -> list[Action]:
    """Return the buttons of a run's page."""
    if run.state is RunState.SUCCEEDED:
        return [JUDGE, SEE] if run.answers else [pretraining.FINE_TUNE, LEARNED]
    if run.state is RunState.CANCELLED:
        return [AGAIN]
    if not run.is_live:
        return [ANOTHER]  # the safe next step stands below its cause
    if run.stop:
        return []
    learning = run.state is RunState.RUNNING and 0 < run.step < run.steps_total
    return [KEEP_BEST, CANCEL] if learning else [CANCEL]


def press(run: Run, pressed: list[bool]) -> None:
    """Do what was pressed."""
    for (*_, key), yes in zip(actions(run), pressed, strict=True):
        if yes:
            _do(run, key)


def _do(run: Run, key: str) -> None:
    if key == "see-run":
        go("run", run=run.id)
    if key == "fine-tune":
        pretraining.fine_tune(run)
    if key == "see-predictions":
        go("predictions", run=run.id)
    if key == "new-run":
        go("new_run", dataset=run.dataset_id)
    if key == "keep-best":
        runs.stop_and_keep_best(run.id)
    if key == "cancel":
        st.session_state[ASKING] = run.id
    redraw_page()


def ask_later(run: Run) -> None:
    """Have the page ask before a run is cancelled: it draws anew, and holds still for it."""
    st.session_state[ASKING] = run.id
    redraw_page()


def is_asking(run: Run) -> bool:
    """True while the question before a cancellation is open."""
    return run.is_live and st.session_state.get(ASKING) == run.id


def ask_cancel(run: Run) -> None:
    """Ask before a run is cancelled: nothing of it would be kept."""
    title = "Cancel this run?"
    st.dialog(title, on_dismiss=_forget)(_draw_question)(run)


def _draw_question(run: Run) -> None:
    with errors_on_page():
        st.markdown(_consequence(run))
        with st.container(horizontal=True, gap="small"):
            keep = st.button("Keep run", key="keep-run")
            end = st.button("Cancel run", type="primary", key="confirm-cancel")
        if end:
            runs.cancel(run.id)
        if keep or end:
            _forget()
            st.rerun()


def _consequence(run: Run) -> str:
    if run.state is RunState.QUEUED and not run.attempt:
        return f"{plain(run.name)} has not begun. Cancelling takes it out of the queue."
    if run.state is not RunState.RUNNING:
        return f"{plain(run.name)} waits at step {count(run.step)}. Cancelling keeps no model."
    return (
        f"{plain(run.name)} is at step {count(run.step)}. Cancelling ends it within seconds and "
        "keeps no model. “Stop and keep best” would keep the best one so far."
    )


def _forget() -> None:
    st.session_state.pop(ASKING, None)
