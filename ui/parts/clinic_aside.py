"""The rows put aside, each with its line and its reason."""

import streamlit as st

from backend import datasets
from backend.dataset_view import Dataset
from backend.steps.quarantine import REASONS
from ui.parts.skeleton import panel
from ui.parts.wording import counted

SHOWN = 200  # rows; the file itself has the others


def draw_aside(dataset: Dataset) -> None:
    """Draw the first rows that were put aside; nothing when none was."""
    rows = datasets.quarantine(dataset.id, SHOWN)
    if rows.empty:
        return
    note = f"{counted(dataset.quarantined, 'row')}, by line of the file. Nothing learns from them."
    with panel("Put aside", note):
        st.dataframe(
            rows.assign(reason=rows["reason"].map(REASONS)),
            hide_index=True,
            placeholder="–",
            column_config={
                "line": st.column_config.NumberColumn("Line", format="localized", width=80),
                "reason": st.column_config.TextColumn("Why", width=280),
                "column": st.column_config.TextColumn("Column", width=130),
                "text": st.column_config.TextColumn("Row, what could name somebody hidden"),
            },
            key="put-aside",
            alt=f"The rows of {dataset.name} that were put aside, with line and reason.",
        )
