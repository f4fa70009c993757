"""Why am I waiting? The order of the queue, what can change it, and the workers."""

import streamlit as st

from backend import queue_view
from backend.run_view import Run
from ui.page import Page, go
from ui.parts import queue_rows, queue_words, worker_rows, working_rows
from ui.parts.live import live
from ui.parts.run_actions import ask_cancel, is_asking
from ui.parts.skeleton import blank, head

PAGE = Page("Queue", ":material/schedule:", group="Train", order=30)
BUSY, IDLE = 2.0, 10.0  # seconds between two looks
NEW_RUN = ("New run", ":material/add:", "primary", "new-run")
NOBODY = "No run waits and no worker is alive. “make up” starts one with everything else."


def render() -> None:
    """Draw the queue, redrawn for as long as the page is open: a worker may fall silent."""
    queue = queue_view.look()
    if not queue.waiting and not queue.working and not queue.workers:
        draw_none()
        return
    at_work = [*(each.run for each in queue.waiting), *(each.run for each in queue.working)]
    asked: Run | None = next((run for run in at_work if is_asking(run)), None)
    every = BUSY if at_work else IDLE
    live(draw_queue, None if asked else every, key="queue")()  # a redraw would close the dialog
    if asked:
        ask_cancel(asked)


def draw_queue() -> None:
    """Draw who is at work, who waits, and on whom."""
    queue = queue_view.look()
    verdict, evidence = queue_words.verdict(queue), queue_words.evidence(queue)
    (new_run,) = head("Queue", verdict, evidence, actions=[NEW_RUN])
    if new_run:
        go("new_run")
    queue_rows.draw(queue)
    working_rows.draw(queue)
    worker_rows.draw(queue)


def draw_none() -> None:
    """Draw the way to a first run."""
    head("Queue", NOBODY, "")
    note = "Runs wait here in order until a worker takes them."
    with blank(":material/schedule:", "Nothing waits", note):
        pressed = st.button("New run", type="primary", key="new-run")
    if pressed:
        go("new_run")
