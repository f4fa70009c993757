"""Which run the page is about: the address says it, the newest run when it does not."""

from collections.abc import Sequence

import streamlit as st

from backend import runs
from backend.run_view import Run
from ui.page import id_in_address
from ui.parts import viewer
from ui.parts.wording import STATES, joined, moment

PICKED = "picked-run"


def pick_run(among: Sequence[Run]) -> Run | None:
    """Return the run the address names, else the newest of `among`; None when there is none.

    Raises RunNotFound when the address names a run that does not exist.
    """
    named = id_in_address("run")
    if named is not None:
        run = runs.get(named)  # a scoring of the whole dataset belongs to the run that scores
        return runs.get(run.of_run_id) if run.of_run_id is not None else run
    if not among:
        return None
    st.query_params["run"] = str(among[0].id)
    return among[0]


def draw_picker(run: Run, among: Sequence[Run]) -> None:
    """Draw the list to choose another run from; nothing when there is no other."""
    listed = {one.id: one for one in [*among, run]}
    if len(listed) < 2:
        return
    st.session_state[PICKED] = run.id
    st.selectbox(
        "Run",
        list(listed),
        format_func=lambda number: _label(listed[number]),
        key=PICKED,
        on_change=_follow,
        label_visibility="collapsed",
        width=520,
    )


def _label(run: Run) -> str:
    when = moment(run.finished_at or run.created_at, viewer.zone())
    return joined(f"{run.id}", run.name, run.dataset_name, STATES[run.state][0], when)


def _follow() -> None:
    st.query_params["run"] = str(st.session_state[PICKED])
