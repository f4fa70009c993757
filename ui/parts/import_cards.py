"""Files on their way in: how far each is, what it asks, why it failed. Redrawn meanwhile."""

from collections.abc import Sequence

import streamlit as st

from backend import imports
from backend.import_view import Import, ImportState
from ui.page import go
from ui.parts.live import live, redraw_page
from ui.parts.skeleton import panel
from ui.parts.wording import count, joined, plain, size, time_left

BADGES = {  # state -> (words, icon, badge colour)
    ImportState.WAITING: ("Waiting", ":material/schedule:", "gray"),
    ImportState.READING: ("Reading", ":material/play_arrow:", "blue"),
    ImportState.ASKING: ("One question", ":material/help:", "orange"),
    ImportState.DONE: ("Understood", ":material/check_circle:", "green"),
    ImportState.FAILED: ("Not taken in", ":material/error:", "red"),
    ImportState.CANCELLED: ("Cancelled", ":material/cancel:", "gray"),
}
GOES_ON = "You can close this tab: reading goes on."
WAITS = "Others are being read; this one is next. You can close this tab."
ASKED = "It waits 15 minutes for the answer, then it is let go."
FAILED = "Nothing of it was kept. Mend the file and bring it again, or choose another one."
Stand = tuple[tuple[int, ImportState], ...]


def draw_imports(found: Sequence[Import]) -> None:
    """Draw files on their way in, each as a card; redrawn while any is under way."""
    if found:
        watch = live(_draw_cards, every=_every(found), key="imports")
        watch(_stand(found))


def draw_failed(found: Sequence[Import]) -> None:
    """List quietly what was not taken in of late; nothing when there is nothing."""
    if not found:
        return
    with panel("Not taken in", "Files of the last day. Nothing of them was kept."):
        for each in found:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                with st.container(gap=None):
                    st.markdown(f"**{plain(each.file_name)}**")
                    st.caption(plain(each.message))
                _draw_end(each)


def _every(found: Sequence[Import]) -> float | None:
    """Seconds between two looks: a second while one is read, slower while one only asks."""
    states = {each.state for each in found}
    if states & {ImportState.WAITING, ImportState.READING}:
        return 1.0
    return 5.0 if ImportState.ASKING in states else None


def _stand(found: Sequence[Import]) -> Stand:
    return tuple(sorted((each.id, each.state) for each in found))


def _draw_cards(stand: Stand) -> None:
    shown = {import_id for import_id, _state in stand}
    found = [each for each in imports.listed() if each.is_live or each.id in shown]
    if _stand(found) != stand:  # one is done, or asks: the page around changes with it
        redraw_page()
    for each in found:
        _draw_card(each)


def _draw_card(each: Import) -> None:
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{plain(each.file_name)}**", width="content")
            text, icon, colour = BADGES[each.state]
            st.badge(text, icon=icon, color=colour)  # type: ignore[arg-type]
            st.space("stretch")
            _draw_end(each)
        if each.state is ImportState.FAILED:
            st.error(plain(each.message))
            st.caption(FAILED)
        elif each.question is not None:
            _draw_question(each)
        else:
            st.progress(each.share, text=_how_far(each))
            st.caption(GOES_ON if each.state is ImportState.READING else WAITS)


def _draw_end(each: Import) -> None:
    if each.is_live:
        if st.button("Cancel", icon=":material/close:", key=f"cancel-import-{each.id}"):
            imports.cancel(each.id)
            redraw_page()
    elif st.button("Dismiss", icon=":material/close:", key=f"dismiss-import-{each.id}"):
        imports.dismiss(each.id)
        go("upload")


def _how_far(each: Import) -> str:
    speed, left = each.bytes_per_second, each.seconds_left
    return joined(
        plain(each.stage or ("Starting" if each.state is ImportState.READING else "Waiting")),
        f"{count(each.rows)} rows" if each.rows else "",
        f"{count(each.rejected)} put aside" if each.rejected else "",
        f"{size(round(speed))}/s" if speed else "",
        f"about {time_left(left)} left" if left is not None else "",
    )


def _draw_question(each: Import) -> None:
    assert each.question is not None
    st.markdown(f"**{plain(each.question.prompt)}**")
    for number, option in enumerate(each.question.options):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            pressed = st.button(plain(option.label), key=f"answer-{each.id}-{number}", width=320)
            st.caption(plain(" · ".join(option.examples)), width="stretch")
        if pressed:
            imports.answer(each.id, number)
            redraw_page()
    st.caption(ASKED)
