"""A part of a page that redraws itself. It does not pass through ui/app.py, so it guards itself."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from ui.parts.trouble import errors_on_page


def live(draw: Callable[..., Any], every: float | None, key: str) -> Callable[..., Any]:
    """Return `draw` as the page's one polling part, redrawn `every` seconds; None: never.

    A tick must stay below 100 ms, because it holds the session's only script thread: read
    from the database, draw, return. Pass None once what is shown can no longer change.
    """

    def guarded(*arguments: object) -> None:
        with errors_on_page():
            draw(*arguments)

    fragment: Callable[..., Any] = st.fragment(guarded, run_every=every, key=key)
    return fragment


def redraw_page() -> None:
    """Redraw the whole page from inside a live part, because what surrounds it changed."""
    st.rerun(scope="app")
