"""What an analyst reads when something fails: a sentence to act on, or a number to quote."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import streamlit as st

from backend.errors import (
    DatasetNotFound,
    FileDamaged,
    FileRefused,
    ModelNotReady,
    NotTrainable,
    OptionsRefused,
    RunNotFound,
    TouchstoneError,
    TransactionRefused,
)
from ui.parts.wording import plain

log = logging.getLogger(__name__)

TITLES: dict[type[TouchstoneError], str] = {
    DatasetNotFound: "This dataset is not here",
    FileDamaged: "A stored file is damaged",
    FileRefused: "The file was not taken in",
    ModelNotReady: "The model is not ready",
    NotTrainable: "This dataset cannot be learned from yet",
    OptionsRefused: "The run was not launched",
    RunNotFound: "This run is not here",
    TransactionRefused: "The transaction was not scored",
}


@contextmanager
def errors_on_page() -> Iterator[None]:
    """Turn whatever goes wrong inside into words on the page.

    Streamlit's own stop and rerun signals are not `Exception`, so they pass.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001  one of the two places of house rule 8
        explain(error)


def explain(error: BaseException) -> bool:
    """Say on the page what happened; True tells Streamlit that it has been said.

    What the analyst cannot mend is logged under a number and shown as that number alone:
    a traceback would name paths, tables and values.
    """
    if isinstance(error, TouchstoneError):
        st.error(plain(str(error)), title=TITLES.get(type(error), "This did not work"))
        return True
    number = uuid4().hex[:8]
    log.error("error %s on a page", number, exc_info=error)
    st.error(
        f"It has been logged as {number}. Nothing was lost; reload the page to try again.",
        title="Something broke on our side",
    )
    return True
