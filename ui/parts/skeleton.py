"""The frame of every page: head with verdict, cards, panels, in this order on each of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

WIDTH = 1240  # px; wider lines are hard to read
CARD_HEIGHT = 108  # px; a card with a change chip is otherwise 4 px taller than one without

Badge = tuple[str, str, str]  # text, icon, colour
Action = tuple[str, str, str, str]  # text, icon, "primary" or "secondary", key


def page(body: Callable[[], None]) -> None:
    """Draw one page in a centred column that stops growing at WIDTH."""
    with st.container(horizontal_alignment="center"), st.container(width=WIDTH, gap="small"):
        body()


def head(
    title: str,
    verdict: str,
    evidence: str,
    badges: Iterable[Badge] = (),
    actions: Sequence[Action] = (),
    blocked: Mapping[str, str] | None = None,
) -> list[bool]:
    """Draw name, badges, actions, verdict and evidence; return which actions were pressed.

    The verdict is one sentence of up to 100 characters that answers the page's question.
    `blocked` says of actions that cannot be pressed now, by key, why.
    """
    reasons = blocked or {}
    with st.container(gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.title(title, anchor=False, width="content")
            for text, icon, colour in badges:
                st.badge(text, icon=icon, color=colour)  # type: ignore[arg-type]
            st.space("stretch")
            pressed = [
                st.button(
                    text,
                    icon=icon,
                    type=kind,  # type: ignore[arg-type]
                    key=key,
                    disabled=key in reasons,
                    help=reasons.get(key),
                )
                for text, icon, kind, key in actions
            ]
        with st.container(gap=None):
            st.header(verdict, anchor=False)
            st.caption(evidence)
    return pressed


def cards(items: Sequence[dict[str, Any]]) -> None:
    """Draw metric cards, money first: four across, then two by two, never three and one."""
    with st.grid(2, gap="small", min_column_width=400) as outer:
        for start in range(0, len(items), 2):
            with outer.cell(), st.grid(2, gap="small", min_column_width=170):
                for item in items[start : start + 2]:
                    height: Any = "content" if "chart_data" in item else CARD_HEIGHT
                    st.metric(border=True, height=height, **item)


def card(label: str, value: str, note: str) -> dict[str, Any]:
    """Return one plain card for `cards`: label, value, and a grey note below."""
    return {"label": label, "value": value, "delta_description": note}


def pair(width: int = 360) -> list[DeltaGenerator]:
    """Return two places: side by side and equally high when wide, stacked when narrow."""
    grid = st.grid(2, gap="small", min_column_width=width)
    return [grid.container(height="stretch", gap="small") for _ in range(2)]


def panel(title: str, note: str | None = None, height: Any = "content") -> DeltaGenerator:
    """Return a bordered box with a title and a grey note, to draw into."""
    box = st.container(border=True, gap="small", height=height)
    with box.container(gap=None):
        st.subheader(title, anchor=False)
        if note:
            st.caption(note)
    return box


def blank(icon: str, title: str, note: str) -> AbstractContextManager[Any]:
    """Return a tall box that says nothing is here yet; draw one or two buttons into it."""
    box = st.container(
        border=True,
        height=260,
        horizontal_alignment="center",
        vertical_alignment="center",
        gap="small",
    )
    box.markdown(f"{icon} **{title}**", width="content")
    box.caption(note, width="content")
    return box.container(horizontal=True, horizontal_alignment="center", gap="small")
