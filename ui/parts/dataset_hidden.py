"""What a dataset does not show: rows put aside with their reasons, and data that was hidden."""

from typing import Any

import streamlit as st

from backend import datasets
from backend.dataset_view import Dataset
from backend.pictures import Pictures
from backend.steps.columns import Role, named
from backend.steps.quarantine import REASONS
from ui.parts.skeleton import panel
from ui.parts.wording import count, counted, plain

SHOWN = 5  # rows put aside that are shown


def draw_rows(dataset: Dataset, seen: Pictures) -> None:
    """Draw what became of every row of the file, as a sum that can be checked."""
    title, note = rows_in_words(dataset)
    with panel(title, note):
        if seen.aside.empty:
            return
        st.table(
            aside_rows(seen),
            border="horizontal",
            hide_index=True,
            alt="Why rows were put aside, and how many.",
        )
        st.caption("The first of them; what could name somebody is hidden.")
        st.table(
            first_aside(dataset),
            border="horizontal",
            hide_index=True,
            alt="The first rows that were put aside.",
        )


def draw_protected(dataset: Dataset, _seen: Pictures) -> None:
    """Draw what was hidden before anything was stored."""
    found = protected_rows(dataset)
    if not found:
        note = "Every cell was looked at before the first write: no card number, no secret."
        panel("No personal data was found", note)
        return
    note = "Done before anything was stored. Tokens still tell one card from another."
    with panel(f"Protected data in {counted(len(found), 'column')}", note):
        st.table(
            found,
            border="horizontal",
            hide_index=True,
            alt="Columns with protected data, and what was done with it.",
        )


def rows_in_words(dataset: Dataset) -> tuple[str, str]:
    """Return where the rows of the file are: kept and put aside add up to all of them."""
    in_file = count(dataset.rows + dataset.quarantined)
    title = f"{in_file} rows in the file = {count(dataset.rows)} kept"
    title += f" + {count(dataset.quarantined)} put aside"
    blank = counted(dataset.blank_lines, "blank line")
    return title, f"{blank} apart." if dataset.blank_lines else "Nothing was lost in between."


def aside_rows(seen: Pictures) -> list[dict[str, Any]]:
    """Return one row per reason and column, the most frequent first."""
    columns = seen.aside[["reason", "column", "rows"]].itertuples(index=False)
    return [{"Why": _why(reason, column), "Rows": count(rows)} for reason, column, rows in columns]


def first_aside(dataset: Dataset) -> list[dict[str, Any]]:
    """Return the first rows put aside: line, why, and what stood there as it may be seen."""
    found = datasets.quarantine(dataset.id, SHOWN)[["line", "reason", "column", "text"]]
    return [
        {"Line": count(line), "Why": _why(reason, column), "Row": plain(text)}
        for line, reason, column, text in found.itertuples(index=False)
    ]


def protected_rows(dataset: Dataset) -> list[dict[str, Any]]:
    """Return one row per column in which something was hidden."""
    sealed = named(dataset.columns, Role.SEALED)
    headers = [*dataset.protected, *(name for name in sealed if name not in dataset.protected)]
    return [
        {"Column": plain(name), "What was done": _done(dataset.protected.get(name, {}))}
        for name in headers
    ]


def _done(told: dict[str, Any]) -> str:
    done = []
    if told.get("dropped"):
        done.append("Dropped: a security code may never be stored")
    if told.get("cards"):
        done.append(f"{counted(told['cards'], 'card number')} turned into tokens")
    if told.get("sealed"):
        done.append(f"{counted(told['sealed'], 'cell')} encrypted")
    return "; ".join(done) or "Kept encrypted"


def _why(reason: str, column: object) -> str:
    words = REASONS.get(reason, "It could not be read")
    return f"{words} ({plain(column)})" if isinstance(column, str) else words
