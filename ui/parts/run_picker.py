"""Which run the page is about: the address says it, the newest run when it does not."""

from collections.abc import Sequence

import streamlit as st

from backend import runs
from backend.run_view import Run
from backend.states import RunState
from ui.page import go, id_in_address
from ui.parts import viewer
from ui.parts.wording import STATES, joined, moment


def pick_run(among: Sequence[Run]) -> Run | None:
    """Return the run the address names, else the newest of `among`; None when there is none.

    A baseline that nobody asked for is taken only where there is nothing else. Raises
    RunNotFound when the address names a run that does not exist.
    """
    named = id_in_address("run")
    if named is not None:
        run = runs.get(named)  # a scoring of the whole dataset belongs to the run that scores
        return runs.get(run.of_run_id) if run.of_run_id is not None else run
    if not among:
        return None
    newest = next((run for run in among if not run.automatic), among[0])
    st.query_params["run"] = str(newest.id)
    return newest


def draw_picker(run: Run, among: Sequence[Run], here: str) -> None:
    """Draw the list to choose another run from; nothing when there is no other.

    `here` is the page it stands on; a run that has no place there is shown on its own page.
    """
    listed = {one.id: one for one in [*among, run]}
    if len(listed) < 2:
        return
    numbers = list(listed)
    chosen = st.selectbox(
        "Run",
        numbers,
        index=numbers.index(run.id),
        format_func=lambda number: _label(listed[number]),
        key=f"picked-run-{run.id}-{run.state}",  # a browser keeps the words of a key it knows
        label_visibility="collapsed",
        width=520,
    )
    if chosen != run.id:
        go(page_of(listed[chosen], here), run=chosen)


def page_of(run: Run, here: str = "run") -> str:
    """Return the page of a run: its verdict once it has finished, its progress before.

    A page of finished runs is not left for another one, unless that one has no scores.
    """
    if run.state is not RunState.SUCCEEDED:
        return "progress"
    return "run" if here == "progress" or not run.answers else here


def _label(run: Run) -> str:
    when = moment(run.finished_at or run.created_at, viewer.zone())
    return joined(f"{run.id}", run.name, run.dataset_name, STATES[run.state][0], when)
