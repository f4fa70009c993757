"""Taking a file in, with a bar that says what is being done. The widget never keeps it."""

from collections.abc import Callable

import streamlit as st

from backend import datasets
from backend.dataset_view import Dataset
from ui.page import go
from ui.parts.trouble import errors_on_page, say_what_failed
from ui.parts.wording import plain

FRESH = "fresh-uploader"  # session key: counts up, so that a used file widget is replaced


def drop_zone() -> None:
    """Draw the place to drop a CSV; a dropped file is stored at once and its page opened."""
    number = st.session_state.setdefault(FRESH, 0)
    file = st.file_uploader(
        "Transactions as CSV, one row each, with a column that marks fraud",
        type=["csv"],
        key=f"file-{number}",
        label_visibility="collapsed",
    )
    say_what_failed()
    if file is None:
        return
    # Before anything can fail: the next redraw shows an empty widget and lets the bytes go.
    st.session_state[FRESH] = number + 1
    with errors_on_page(afresh=True):
        dataset = with_bar(lambda progress: datasets.receive(file, file.name, progress))
        go("upload", dataset=dataset.id)


def take_sample() -> None:
    """Make the sample transactions and open their page."""
    dataset = with_bar(datasets.receive_sample)
    go("upload", dataset=dataset.id)


def with_bar(work: Callable[[Callable[[float, str], None]], Dataset]) -> Dataset:
    """Do some work on a dataset below a progress bar, and return what it gives."""
    bar = st.progress(0.0, text="Starting")

    def tell(done: float, doing: str) -> None:
        bar.progress(min(max(done, 0.0), 1.0), text=plain(doing))

    return work(tell)
