"""What do we hold? Every dataset, and the facts of one."""

import streamlit as st

from backend import datasets
from backend.dataset_view import Dataset
from ui.page import Page, go, id_in_address
from ui.parts import dataset_facts, dataset_pictures, dataset_table
from ui.parts.skeleton import blank, head, panel
from ui.parts.wording import counted

PAGE = Page("Datasets", ":material/table:", group="Data", order=20)


def render() -> None:
    """Draw the list, or the dataset the address names."""
    number = id_in_address("dataset")
    if number is None:
        draw_list(datasets.list_all())
    else:
        draw_one(datasets.get(number))


def draw_list(held: list[Dataset]) -> None:
    """Draw every dataset with the way to it."""
    if not held:
        draw_none()
        return
    rows = sum(dataset.rows for dataset in held)
    verdict = f"{counted(len(held), 'dataset')} with {counted(rows, 'transaction')} in all."
    action = ("Upload transactions", ":material/upload_file:", "primary", "upload")
    (upload,) = head("Datasets", verdict, "Newest first.", actions=[action])
    if upload:
        go("upload")
    with panel("Datasets", "A draft is not learned from until its columns are accepted."):
        dataset_table.draw(held)


def draw_none() -> None:
    """Draw the way to a first dataset."""
    head("Datasets", "No dataset yet. Upload one, or make a sample of 50,000 rows.", "")
    with blank(
        ":material/table:", "No dataset yet", "A dataset is a CSV whose columns you accepted."
    ):
        pressed = st.button("Upload transactions", type="primary", key="upload")
    if pressed:
        go("upload")


def draw_one(dataset: Dataset) -> None:
    """Draw the facts of one dataset, and what can be done with it."""
    state = ("Ready", ":material/check_circle:", "green")
    way = ("Train on it", ":material/add:", "primary", "train")
    if not dataset.is_ready:
        state = ("Draft", ":material/edit:", "gray")
        way = ("Check the columns", ":material/check:", "primary", "check")
    onward, remove = head(
        "Datasets",
        dataset_facts.holding(dataset),
        dataset_facts.evidence(dataset),
        badges=[state],
        actions=[way, ("Delete dataset", ":material/delete:", "secondary", "delete")],
    )
    if onward:
        go("new_run" if dataset.is_ready else "clinic", dataset=dataset.id)
    if remove:
        dataset_table.ask_delete(dataset)
    dataset_facts.draw_cards(dataset)
    if dataset.is_ready:
        dataset_pictures.draw(dataset)
    else:
        dataset_facts.draw_weeks(dataset)
    dataset_facts.draw_columns(dataset)
