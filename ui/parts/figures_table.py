"""A small table of figures: numbers line up on the right, what is missing is a dash."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from ui.parts.wording import MISSING


def draw(rows: pd.DataFrame, forms: Mapping[str, Callable[[Any], str]], alt: str) -> None:
    """Draw rows whose columns named in `forms` are numbers, each in its own form."""
    shown = rows.astype(dict.fromkeys(forms, "float64"))
    styled = shown.style.format(dict(forms), na_rep=MISSING)
    st.table(styled, border="horizontal", hide_index=True, alt=alt)
