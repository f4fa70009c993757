"""What is known of the person looking: their time zone and their light or dark page."""

from datetime import tzinfo

import streamlit as st

from ui.parts import wording


def zone() -> tzinfo:
    """Return the viewer's time zone; UTC outside a browser."""
    return wording.zone(zone_name())


def zone_name() -> str:
    """Return the name of the viewer's time zone, "UTC" when the browser gives none."""
    return st.context.timezone or "UTC"


def theme() -> str:
    """Return "light" or "dark"; light outside a browser."""
    return st.context.theme.type or "light"
