"""The dialog before a decision that others will ask about: what follows, who decides, and why."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from backend.signature import LONGEST_NAME, LONGEST_REASON
from ui.parts.trouble import errors_on_page

ASKED = "decision-asked"
NAME = "decision-name"
PROXY_USER = "X-Forwarded-User"  # what a proxy that signs people in calls them


@dataclass(frozen=True)
class Decision:
    """A question on the page; buttons are named by what they result in."""

    key: str
    title: str
    lines: tuple[str, ...]  # what follows from it, as Markdown
    keep: str  # the safe button
    do: str
    decide: Callable[[str, str], object]  # called with name and reason


def ask(key: str) -> None:
    """Open the question `key` with the next drawing of the page."""
    st.session_state[ASKED] = key


def is_asked(key: str) -> bool:
    """True while the question `key` is open."""
    return bool(st.session_state.get(ASKED) == key)


def draw(decision: Decision) -> None:
    """Draw the open question as a dialog; the page is drawn anew once it is answered."""
    st.dialog(decision.title, on_dismiss=_forget)(_draw)(decision)


def known_name() -> str:
    """Return who decided last in this session, else whom the proxy names, else nothing."""
    return str(st.session_state.get(NAME) or st.context.headers.get(PROXY_USER) or "")


def _draw(decision: Decision) -> None:
    with errors_on_page():
        for line in decision.lines:
            st.markdown(line)
        name = st.text_input(
            "Your name", value=known_name(), max_chars=LONGEST_NAME, key="decision-by"
        )
        why = st.text_area("Why", max_chars=LONGEST_REASON, height=80, key="decision-why")
        with st.container(horizontal=True, gap="small"):
            keep = st.button(decision.keep, key="decision-keep")
            do = st.button(decision.do, type="primary", key="decision-do")
        if do:
            decision.decide(name, why)
            st.session_state[NAME] = name.strip()
        if keep or do:
            _forget()
            st.rerun()


def _forget() -> None:
    st.session_state.pop(ASKED, None)
