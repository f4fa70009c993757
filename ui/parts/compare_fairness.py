"""Whether boosted trees had as much time as the run they are held against, and the way to it."""

import streamlit as st

from backend import baselines
from backend.run_view import Run
from backend.states import RunState
from ui.page import go
from ui.parts.wording import plain


def unfair(a: Run, b: Run) -> tuple[Run, str] | None:
    """Return (the run that was not trees, why the two had not the same time); None if fair.

    Only a pair of which exactly one is boosted trees and both have finished can be unfair.
    """
    trees = [run for run in (a, b) if run.family == baselines.TREES]
    others = [run for run in (a, b) if run.family != baselines.TREES]
    if len(trees) != 1 or any(run.state is not RunState.SUCCEEDED for run in (a, b)):
        return None
    found = baselines.compared_fairly(others[0], trees[0])
    return None if found.alike else (others[0], found.why)


def draw(a: Run, b: Run) -> None:
    """Say when the trees had less time or more, and offer trees tuned as long as the run took."""
    found = unfair(a, b)
    if found is None:
        return
    run, why = found
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f":orange[:material/warning:] {plain(why)}", width="content")
        if st.button("Tune trees as long", icon=":material/timer:", type="tertiary", key="longer"):
            go("progress", run=baselines.tune_longer(run.id))
