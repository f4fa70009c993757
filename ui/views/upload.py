"""Did you understand my file? Drop one, see how it was read, change it, use it."""

import streamlit as st

from backend import datasets, drafts
from backend.dataset_view import Dataset
from ui.page import Page, go, id_in_address
from ui.parts import dataset_facts
from ui.parts.column_roles import edit_columns
from ui.parts.intake import drop_zone, take_sample, with_bar
from ui.parts.skeleton import head, panel

PAGE = Page("Upload", ":material/upload_file:", group="Data", order=10)


def render() -> None:
    """Draw the drop zone, or the file the address names."""
    number = id_in_address("dataset")
    if number is None:
        draw_choice()
    else:
        draw_understood(datasets.get(number))


def draw_choice() -> None:
    """Draw the two ways in: a file of one's own, or sample transactions."""
    head(
        "Upload",
        "Drop a CSV of transactions, or try it with 50,000 sample transactions.",
        "One row per transaction, one column that marks fraud. The file stays here.",
    )
    with panel("Your transactions", "Columns and separators are worked out from the file."):
        drop_zone()
    note = "Invented cards, merchants and three kinds of fraud, made on this machine in seconds."
    with panel("No file at hand", note):
        pressed = st.button("Try it with sample transactions", type="primary", key="sample")
    if pressed:
        take_sample()


def draw_understood(dataset: Dataset) -> None:
    """Draw how a file was understood; a draft can still be changed."""
    use, other = head(
        "Upload",
        dataset_facts.verdict(dataset),
        dataset_facts.evidence(dataset),
        actions=[
            ("Use this dataset", ":material/check:", "primary", "use"),
            ("Choose another file", ":material/upload_file:", "secondary", "other"),
        ],
    )
    if other:
        go("upload")
    if use:
        accept(dataset)
    dataset_facts.draw_cards(dataset)
    if dataset.is_ready:
        dataset_facts.draw_columns(dataset)
    else:
        edit_columns(dataset)
    dataset_facts.draw_weeks(dataset)
    if not dataset.is_ready:
        dataset_facts.draw_first_rows(dataset)


def accept(dataset: Dataset) -> None:
    """Keep the dataset as it is understood now, and go on to training."""
    if not dataset.is_ready:
        with_bar(lambda progress: drafts.accept(dataset.id, progress))
    go("new_run", dataset=dataset.id)
