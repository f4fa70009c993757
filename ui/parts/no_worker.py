"""What a page says while nobody could do the work, until somebody can."""

import streamlit as st

from backend import offers
from ui.parts.live import live, redraw_page
from ui.parts.skeleton import blank, head

LOOK_EVERY = 3.0  # seconds


def draw() -> None:
    """Say that no model can be trained now, and what to do; redraw the page once one can."""
    verdict = "No worker is running, so 0 models can be trained now."
    head("New run", verdict, "Workers announce what they can train when they start.")
    note = "“make up” starts one with everything else. This page finds it within seconds."
    with blank(":material/warning:", "No worker is running", note):
        pressed = st.button("Look again", type="primary", key="again")
    if pressed:
        st.rerun()
    live(_look, LOOK_EVERY, key="worker-wanted")()


def _look() -> None:
    if offers.live():
        redraw_page()
