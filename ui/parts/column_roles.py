"""The table in which an analyst says what a column is used as."""

import pandas as pd
import streamlit as st

from backend import drafts
from backend.dataset_view import Dataset
from backend.steps.alternatives import alternative
from backend.steps.columns import Column, Role
from backend.steps.recipe import Fix, Kind
from ui.parts.skeleton import panel
from ui.parts.trouble import errors_on_page
from ui.parts.wording import MISSING, ROLES, share

ROLE_OF = {words: role for role, words in ROLES.items()}


def edit_columns(dataset: Dataset) -> None:
    """Draw how each column of a draft was understood; a change is stored and read anew."""
    note = "Click a cell under “Used as” to change it; everything that depends on it follows."
    with panel("How each column was understood", note):
        edited = st.data_editor(
            table(dataset),
            hide_index=True,
            height="content",
            disabled=["Column", "Why", "Could also be", "Missing", "Example"],
            column_config={
                "Column": st.column_config.TextColumn(width=140),
                "Used as": st.column_config.SelectboxColumn(
                    options=list(ROLE_OF), required=True, width=140
                ),
                "Why": st.column_config.TextColumn(width=420),
                "Could also be": st.column_config.TextColumn(width=130),
                "Missing": st.column_config.TextColumn(width=66, alignment="right"),
            },
            key=f"roles-{dataset.id}-{'-'.join(column.role for column in dataset.columns)}",
            alt=f"The columns of {dataset.name}, what each is used as, and why.",
        )
        with errors_on_page():
            for column, words in zip(dataset.columns, edited["Used as"], strict=True):
                _change(dataset, column.name, column.role, ROLE_OF[words])


def table(dataset: Dataset) -> pd.DataFrame:
    """Return one row per column of the file: name, use, reason, second choice, values."""
    return pd.DataFrame(
        {
            "Column": [column.name for column in dataset.columns],
            "Used as": [ROLES[column.role] for column in dataset.columns],
            "Why": [_why(column) for column in dataset.columns],
            "Could also be": [_or_else(column) for column in dataset.columns],
            "Missing": [share(column.missing) for column in dataset.columns],
            "Example": [column.example for column in dataset.columns],
        }
    )


def _why(column: Column) -> str:
    if not column.guess or column.guess == column.role:  # its use is as guessed
        return column.why
    return f"{column.why}. Guessed: {column.guess_why}"


def _or_else(column: Column) -> str:
    role = alternative(column)
    return MISSING if role is None else ROLES[role]


def _change(dataset: Dataset, column: str, before: Role, after: Role) -> None:
    if after is before:
        return
    with st.spinner("Reading the file again with this change."):
        drafts.fix(dataset.id, [Fix(Kind.ROLE, column, after)])
    st.rerun()
