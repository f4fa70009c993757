"""The workers: what each works on, when it was last heard, and whether it takes further runs."""

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from backend import fleet, queue_view
from backend.fleet import Worker
from backend.queue_view import Queue
from ui.parts import viewer
from ui.parts.skeleton import Badge, panel
from ui.parts.wording import age, clock, counted, joined, plain

NOTE = "One that was asked to finish does so and takes no other run until it may again."


def draw(queue: Queue) -> None:
    """Draw every worker; a caption when there never was one."""
    with panel("Workers", NOTE):
        if not queue.workers:
            st.caption("No worker is entered. “make up” starts one with everything else.")
        for worker in _alive_first(queue.workers):
            _draw_row(worker, queue)


def _draw_row(worker: Worker, queue: Queue) -> None:
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{plain(worker.device)}**", width="content")
            text, icon, colour = _state(worker, worker.name in queue.piecework)
            st.badge(text, icon=icon, color=colour)  # type: ignore[arg-type]
            st.space("stretch")
            if worker.is_alive:
                _draw_switch(worker)
        st.caption(_about(worker, queue))


def _draw_switch(worker: Worker) -> None:
    less = "Finish and take no more" if worker.run_id else "Take no more runs"
    words = "Take runs again" if worker.draining else less
    if st.button(words, key=f"drain-{worker.name}", type="tertiary"):
        fleet.drain(worker.name, not worker.draining)
        st.rerun(scope="fragment")


def _state(worker: Worker, scores_a_piece: bool) -> Badge:
    is_busy = scores_a_piece or worker.run_id is not None
    if not worker.is_alive:
        return "Lost", ":material/link_off:", "red"
    if queue_view.is_silent(worker):
        return "Silent", ":material/sensors_off:", "orange"
    if worker.draining:
        words = "Finishing, takes no more" if is_busy else "Takes no more"
        return words, ":material/pause:", "orange"
    if is_busy:
        return "At work", ":material/play_arrow:", "blue"
    return "Free", ":material/check_circle:", "green"


def _about(worker: Worker, queue: Queue) -> str:
    """Return name, run, heartbeat and start of a worker."""
    at_work = next((one.run for one in queue.working if one.run.id == worker.run_id), None)
    piece = queue.piecework.get(worker.name)
    heard = age(queue.at - timedelta(seconds=worker.silent_seconds), queue.at)
    return joined(
        plain(worker.name),
        counted(worker.devices, "device") if worker.devices > 1 else "",
        f"run {at_work.id}, {plain(at_work.name)}" if at_work else "",
        f"a piece of run {piece}" if piece is not None and piece != worker.run_id else "",
        f"last heartbeat {heard}",
        f"since {clock(worker.started_at, viewer.zone())}",
    )


def _alive_first(workers: Sequence[Worker]) -> list[Worker]:
    return sorted(workers, key=lambda worker: (not worker.is_alive, worker.name))
