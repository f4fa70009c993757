"""What an analyst reads when something fails: a sentence to act on, or a number to quote."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import streamlit as st

from backend import outages
from backend.errors import (
    CannotMove,
    DatasetNotFound,
    FileDamaged,
    FileGone,
    FileRefused,
    ImportNotFound,
    ModelNotReady,
    NotTrainable,
    OptionsRefused,
    PastGone,
    QuestionAsked,
    RunNotFound,
    Stopped,
    StoreAway,
    TouchstoneError,
    TransactionRefused,
)
from ui.page import link
from ui.parts.wording import plain

FAILED = "failed-before-redraw"
log = logging.getLogger(__name__)

TITLES: dict[type[TouchstoneError], str] = {
    CannotMove: "The run was not moved",
    DatasetNotFound: "This dataset is not here",
    FileDamaged: "A stored file is damaged",
    FileGone: "A stored file is not there",
    FileRefused: "The file was not taken in",
    ImportNotFound: "This import is not here",
    ModelNotReady: "The model is not ready",
    NotTrainable: "This dataset cannot be learned from yet",
    OptionsRefused: "The run was not launched",
    PastGone: "What happened before is gone",
    QuestionAsked: "One answer is needed first",
    RunNotFound: "This run is not here",
    Stopped: "Reading was cancelled",
    StoreAway: "The file store does not answer",
    TransactionRefused: "The transaction was not scored",
}


AWAY = (
    "The database does not answer",
    "Runs at work go on, and nothing is lost. This page is here again once it answers.",
)


@contextmanager
def errors_on_page(afresh: bool = False, way_out: bool = False) -> Iterator[None]:
    """Turn whatever goes wrong inside into words on the page.

    `afresh` redraws the page first, for a widget that must not keep what was refused; that
    page calls `say_what_failed`. `way_out` adds the way to what there is. Streamlit's own stop
    and rerun signals are not `Exception`, so they pass.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001  one of the two places of house rule 8
        if not afresh:
            explain(error)
            if way_out:
                link("See all runs and datasets", "home", ":material/arrow_forward:")
            return
        st.session_state[FAILED] = words_for(error)
        st.rerun()


@contextmanager
def failing_later() -> Iterator[None]:
    """Keep what an analyst can mend for `say_what_failed`, in a callback of a widget."""
    try:
        yield
    except TouchstoneError as error:
        st.session_state[FAILED] = words_for(error)


def say_what_failed() -> None:
    """Say what went wrong before the page was drawn afresh; nothing when nothing did."""
    words = st.session_state.pop(FAILED, None)
    if words:
        st.error(words[1], title=words[0])


def explain(error: BaseException) -> bool:
    """Say on the page what happened; True tells Streamlit that it has been said."""
    title, sentence = words_for(error)
    st.error(sentence, title=title)
    return True


def words_for(error: BaseException) -> tuple[str, str]:
    """Return (title, sentence) for an error.

    What the analyst cannot mend is logged under a number and shown as that number alone:
    a traceback would name paths, tables and values.
    """
    if isinstance(error, TouchstoneError):
        return TITLES.get(type(error), "This did not work"), plain(error)
    if isinstance(error, outages.AWAY):
        log.warning("the database does not answer a page: %s", error)
        return AWAY
    number = uuid4().hex[:8]
    log.error("error %s on a page", number, exc_info=error)
    sentence = f"It has been logged as {number}. Nothing was lost; reload the page to try again."
    return "Something broke on our side", sentence
