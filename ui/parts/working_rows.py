"""The runs at work, each with its worker, how far it is, and the pieces of a scoring."""

import streamlit as st

from backend.pieces import Progress
from backend.queue_view import Queue, Working
from ui.page import link
from ui.parts.run_status import badges
from ui.parts.skeleton import panel
from ui.parts.wording import count, counted, joined, plain, share, time_left


def draw(queue: Queue) -> None:
    """Draw who is at work; a caption when nobody is."""
    with panel("At work"):
        if not queue.working:
            st.caption("No run is at work.")
        for working in queue.working:
            _draw_row(working)


def _draw_row(working: Working) -> None:
    run = working.run
    with st.container(gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{plain(run.name)}**", width="content")
            for text, icon, colour in badges(run)[:2]:  # its state, and where it resumed
                st.badge(text, icon=icon, color=colour)  # type: ignore[arg-type]
            st.space("stretch")
            link("Open", "progress", ":material/arrow_forward:", run=run.id)
        doing = run.stages[-1].name if run.stages else "Starting"
        left = f"about {time_left(run.seconds_left)} left" if run.seconds_left is not None else ""
        done = working.pieces
        told = _pieces(done) if done else share(run.share_done)
        far = done.rows_done / max(done.rows, 1) if done else run.share_done
        st.progress(far, text=joined(plain(doing), told, left))
        on = working.worker
        whom = f"on {plain(on.device)}, {plain(on.name)}" if on else "its worker is not listed"
        st.caption(joined(plain(run.dataset_name), whom))


def _pieces(done: Progress) -> str:
    return joined(
        f"{count(done.done)} of {counted(done.pieces, 'piece')} done",
        f"{count(done.running)} in progress" if done.running else "",
        f"{count(done.rows_done)} of {counted(done.rows, 'row')}",
    )
