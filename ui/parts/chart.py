"""A figure on the page: constant key, words for those who do not see it, no cloud button."""

from typing import Any

import streamlit as st

from ui.charts.ink import CONFIG


def draw(figure: Any, key: str, alt: str) -> None:
    """Draw a Plotly figure; the same `key` on every redraw keeps zoom and selection."""
    st.plotly_chart(figure, theme="streamlit", key=key, alt=alt, config=CONFIG)
