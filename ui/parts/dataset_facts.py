"""What we know of one dataset, as pages show it: cards, evidence, frauds by week, first rows."""

from typing import Any

import streamlit as st

from backend import drafts, pictures
from backend.dataset_view import Dataset
from backend.steps.columns import Role
from ui.charts import weeks
from ui.parts import chart, viewer
from ui.parts.skeleton import card, cards, panel
from ui.parts.wording import (
    ROLES,
    count,
    counted,
    joined,
    money,
    period,
    plain,
    rate,
    share,
    size,
)


def evidence(dataset: Dataset) -> str:
    """Return the grey line below the verdict: file, rows, size, how it was read."""
    return joined(
        plain(dataset.file_name),
        counted(dataset.rows, "row"),
        size(dataset.bytes),
        f"format: {plain(dataset.dialect_title)}",
    )


def draw_cards(dataset: Dataset) -> None:
    """Draw the four cards of a dataset."""
    length, span = period(dataset.first_time, dataset.last_time, dataset.clock)
    cards(
        [
            card("Rows kept", count(dataset.rows), _left_out(dataset)),
            card("Period", length, span),
            card("Fraud rate", rate(dataset.fraud_rate), _labels(dataset)),
            card(
                "Amount in fraud", money(dataset.fraud_amount, dataset.currency), _behind(dataset)
            ),
        ]
    )


def draw_weeks(dataset: Dataset) -> None:
    """Draw frauds by week; nothing when the transactions carry no time."""
    by_week = pictures.by_week(dataset.id)
    if by_week.empty:
        return
    unfinished = not by_week["complete"].all()
    note = f"{counted(dataset.frauds, 'labelled fraud')}"
    with panel("Frauds by week", note + ("; a pale week is not whole." if unfinished else ".")):
        figure = weeks.figure(by_week, viewer.theme())
        chart.draw(figure, key="frauds-by-week", alt=weeks.alt(by_week))


def draw_first_rows(dataset: Dataset) -> None:
    """Draw the first rows as they stand in the file, masked where they could name somebody."""
    with panel("First rows", "As in the file; customers and identifiers are masked."):
        st.dataframe(
            drafts.preview(dataset.id),
            hide_index=True,
            placeholder="–",
            key="first-rows",
            alt=f"The first rows of {dataset.name}.",
        )


def draw_columns(dataset: Dataset) -> None:
    """Draw how each column is used and why, as a table that can be read without a mouse."""
    with panel("How each column was understood"):
        st.table(
            column_rows(dataset),
            border="horizontal",
            hide_index=True,
            alt=f"The columns of {dataset.name}, what each is used as, and why.",
        )


def column_rows(dataset: Dataset) -> list[dict[str, Any]]:
    """Return one row per column of the file: name, use, reason, missing share, example."""
    return [
        {
            "Column": plain(column.name),
            "Used as": ROLES[column.role],
            "Why": plain(column.why),
            "Missing": share(column.missing),
            "Example": plain(column.example),
        }
        for column in dataset.columns
    ]


def verdict(dataset: Dataset) -> str:
    """Return the sentence that answers: did you understand my file?"""
    used = sum(column.role is not Role.IGNORE for column in dataset.columns)
    understood = f"We understood {used} of {counted(len(dataset.columns), 'column')}."
    if all(column.role is not Role.LABEL for column in dataset.columns):
        return f"{understood} None of them says which transactions are fraud."
    if not dataset.frauds:
        return f"{understood} No transaction is labelled as fraud."
    return f"{understood} {rate(dataset.fraud_rate)} of transactions are fraud."


def holding(dataset: Dataset) -> str:
    """Return the sentence that answers: what is in it?"""
    frauds = counted(dataset.frauds, "fraud")
    return (
        f"{plain(dataset.name)} holds {counted(dataset.rows, 'transaction')}, {frauds} among them."
    )


def _left_out(dataset: Dataset) -> str:
    if dataset.quarantined:
        return f"{counted(dataset.quarantined, 'row')} put aside"
    return "all rows of the file"


def _labels(dataset: Dataset) -> str:
    without = f", {count(dataset.unlabelled)} without a label" if dataset.unlabelled else ""
    return counted(dataset.frauds, "fraud") + without


def _behind(dataset: Dataset) -> str:
    if dataset.fraud_amount is None:
        return "no amount column"
    return f"in {counted(dataset.frauds, 'fraud')}"
