"""What to do next, worked out from what is here: at most three steps, the most urgent first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from backend.dataset_view import Dataset
from backend.run_view import Run
from backend.states import RunState
from ui.page import go
from ui.parts.wording import plain

MOST = 3
BROKEN = (RunState.FAILED, RunState.FAILED_DIVERGED, RunState.QUARANTINED)


@dataclass(frozen=True)
class Step:
    """One thing to do: why, and the way there."""

    why: str
    label: str
    page: str
    name: str  # of the id in the address
    number: int


def draw(every: Sequence[Run], held: Sequence[Dataset]) -> None:
    """Draw the steps, each with the way there."""
    steps = find(every, held)
    if not steps:
        st.caption("Nothing waits for you.")
    for step in steps:
        with st.container(gap="xxsmall"):
            st.markdown(step.why)
            if st.button(step.label, key=f"next-{step.page}-{step.number}"):
                go(step.page, **{step.name: step.number})


def find(every: Sequence[Run], held: Sequence[Dataset]) -> list[Step]:
    """Return what waits for a person, at most MOST steps."""
    steps = []
    if every and every[0].state in BROKEN:
        why = f"{plain(every[0].name)} stopped before it finished."
        steps.append(Step(why, "See cause", "progress", "run", every[0].id))
    for dataset in held:
        if not dataset.is_ready:
            why = f"Is {plain(dataset.name)} read as you mean it?"
            steps.append(Step(why, "Check the columns", "clinic", "dataset", dataset.id))
    trained = {run.dataset_id for run in every}
    for dataset in held:
        if dataset.is_ready and dataset.id not in trained:
            why = f"No model has learned from {plain(dataset.name)} yet."
            steps.append(Step(why, "Train on it", "new_run", "dataset", dataset.id))
    steps += _judged(every)
    return steps[:MOST]


def _judged(every: Sequence[Run]) -> list[Step]:
    asked = [run for run in every if run.state is RunState.SUCCEEDED and not run.automatic]
    if asked and not asked[0].answers:
        why = f"{plain(asked[0].name)} has learned without labels. A transformer can start from it."
        return [Step(why, "Fine-tune from it", "new_run", "start", asked[0].id)]
    finished = [run for run in asked if run.answers]
    if not finished:
        return []
    newest = finished[0]
    champion = any(run.champion_since for run in every if run.dataset_id == newest.dataset_id)
    if not champion:
        why = f"{plain(newest.dataset_name)} has no champion yet. Is {plain(newest.name)} the one?"
        return [Step(why, "See what it is worth", "run", "run", newest.id)]
    if not _is_champion(newest, every):
        why = f"Is {plain(newest.name)} better than the champion of {plain(newest.dataset_name)}?"
        return [Step(why, "Compare them", "compare", "run", newest.id)]
    why = f"{plain(newest.name)} has scored its test transactions."
    return [Step(why, "See predictions", "predictions", "run", newest.id)]


def _since(run: Run) -> datetime:
    assert run.champion_since is not None
    return run.champion_since


def _is_champion(run: Run, every: Sequence[Run]) -> bool:
    """True when no other run of its dataset became champion later."""
    made = [one for one in every if one.dataset_id == run.dataset_id and one.champion_since]
    return bool(made) and max(made, key=_since).id == run.id
