"""What a chart draws, as a table: the button that hands it out, safe to open anywhere."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from backend.steps.formulas import safe
from ui.charts.run_lines import RunLine


def offer(drawn: pd.DataFrame, name: str, key: str) -> None:
    """Draw the button that hands out exactly what a chart draws; the picture is in its menu."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.download_button(
            "CSV",
            data=partial(as_csv, drawn),
            file_name=f"touchstone-{name}.csv",
            mime="text/csv",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            key=f"{key}-csv",
            help="Every point drawn, as a table.",
        )


def named(points: pd.DataFrame, lines: Sequence[RunLine], x: str, y: str) -> pd.DataFrame:
    """Return the points of runs that a chart draws: Run, Name, then x and y under these names.

    What is drawn of runs in colour only, the interval and the points behind a mean, stands
    empty for the others.
    """
    names = {line.run_id: line.name for line in lines}
    drawn = points[points["run_id"].isin(names)].copy()
    coloured = drawn["run_id"].isin([line.run_id for line in lines if line.cue is not None])
    for extra in {"low", "high", "raw"} & set(drawn.columns):
        drawn[extra] = drawn[extra].where(coloured)
    drawn.insert(1, "Name", drawn["run_id"].map(names))
    return drawn.rename(columns={"run_id": "Run", "x": x, "y": y})


def as_csv(drawn: pd.DataFrame) -> bytes:
    """Return a table as CSV (UTF-8, CRLF); no cell can run as a formula."""
    return safe(drawn).to_csv(index=False, lineterminator="\r\n").encode()
