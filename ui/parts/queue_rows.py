"""The waiting runs in their order, each with its reason, and what moves it."""

from collections.abc import Sequence

import streamlit as st

from backend import runs
from backend.queue_view import Queue, Waiting
from backend.run_view import Run
from backend.states import RunState
from ui.page import link
from ui.parts import interruption, queue_words, run_actions
from ui.parts.skeleton import panel
from ui.parts.wording import STATES, counted, joined, ordinal, plain

SHOWN = 20  # rows; those behind them are counted
PRIORITIES = {1: "High priority", 0: "Normal priority", -1: "Low priority"}
CANCEL = "Cancel run"
UNKNOWN = "its time here is not known yet"


def draw(queue: Queue) -> None:
    """Draw who waits; a caption when nobody does."""
    with panel("Waiting", "The order in which runs are taken. Times come from finished runs here."):
        if not queue.waiting:
            st.caption("Nothing waits.")
        for waiting in queue.waiting[:SHOWN]:
            _draw_row(waiting, queue)
        more = len(queue.waiting) - SHOWN
        if more > 0:
            st.caption(f"{counted(more, 'run waits', 'runs wait')} behind them.")


def _draw_row(waiting: Waiting, queue: Queue) -> None:
    run = waiting.run
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _draw_name(waiting)
            with st.container(
                horizontal=True, vertical_alignment="center", gap="small", width="content"
            ):
                if waiting.place:
                    _draw_moves(waiting, queue.waiting)
                _draw_changes(waiting)
                link("Open", "progress", ":material/arrow_forward:", run=run.id)
        st.caption(
            joined(
                plain(run.dataset_name),
                queue_words.when(waiting, queue.at),
                queue_words.takes(waiting) or (UNKNOWN if waiting.place else ""),
            )
        )
        st.caption(queue_words.why(waiting))


def _draw_name(waiting: Waiting) -> None:
    place = f"{ordinal(waiting.place)} · " if waiting.place else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{place}**{plain(waiting.run.name)}**", width="content")
        for text, icon, colour in _marks(waiting):
            st.badge(text, icon=icon, color=colour)  # type: ignore[arg-type]


def _marks(waiting: Waiting) -> list[tuple[str, str, str]]:
    run = waiting.run
    if run.state is not RunState.QUEUED:
        return [STATES[run.state]]
    marks = [("Baseline", ":material/straighten:", "gray")] if run.automatic else []
    if run.priority:
        words = "High priority" if run.priority > 0 else "Low priority"
        marks.append((words, ":material/low_priority:", "gray"))
    return [*marks, *interruption.badges(run)]


def _draw_moves(waiting: Waiting, every: Sequence[Waiting]) -> None:
    """Draw what moves a run by one place; baselines move among themselves."""
    run = waiting.run
    line = [one.run.id for one in every if _can_swap(one.run, run)]
    at = line.index(run.id) if run.id in line else 0
    if st.button("Up", key=f"up-{run.id}", type="tertiary", disabled=at == 0):
        runs.move(run.id, line[at - 1])
        st.rerun(scope="fragment")
    last = at + 1 >= len(line)
    if st.button("Down", key=f"down-{run.id}", type="tertiary", disabled=last):
        runs.move(run.id, next(iter(line[at + 2 :]), None))
        st.rerun(scope="fragment")


def _can_swap(one: Run, other: Run) -> bool:
    return one.state is other.state is RunState.QUEUED and one.automatic == other.automatic


def _draw_changes(waiting: Waiting) -> None:
    run = waiting.run
    levels = PRIORITIES.items() if waiting.place else ()
    others = [words for level, words in levels if level != run.priority]
    chosen = st.menu_button("Change", [*others, CANCEL], key=f"change-{run.id}", type="tertiary")
    if chosen == CANCEL:
        run_actions.ask_later(run)
    if chosen:
        prioritise(run.id, chosen)
        st.rerun(scope="fragment")


def prioritise(run_id: int, words: str) -> None:
    """Give a run the priority of these words, one of PRIORITIES."""
    level = next(level for level, known in PRIORITIES.items() if known == words)
    runs.prioritise(run_id, level)
