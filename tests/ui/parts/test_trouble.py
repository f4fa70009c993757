"""What an analyst reads when something breaks, and what they must never read."""

import logging

import pytest
from sqlalchemy.exc import OperationalError

from backend import runs
from backend.errors import TouchstoneError, TransactionRefused
from tests.ui.test_pages import open_page
from ui.parts import trouble

SECRET = "no such table: runs at /srv/house/touchstone.db, card 4111111111111111"


def every_subclass(kind: type) -> set[type]:
    return {kind, *(below for each in kind.__subclasses__() for below in every_subclass(each))}


def break_with(monkeypatch, error: Exception) -> None:
    def broken(**_: object) -> None:
        raise error

    monkeypatch.setattr(runs, "list_all", broken)


def test_a_fault_of_ours_is_a_number_on_the_page_and_a_traceback_in_the_log(
    house, monkeypatch, caplog
):
    break_with(monkeypatch, RuntimeError(SECRET))
    with caplog.at_level(logging.ERROR):
        app = open_page("home")
    (shown,) = app.error
    assert "logged as" in shown.value
    for word in SECRET.split():
        assert word not in app.main.__repr__()
    (record,) = [each for each in caplog.records if each.name == "ui.parts.trouble"]
    assert record.args[0] in shown.value
    assert SECRET in str(record.exc_info[1])


def test_what_the_analyst_can_mend_is_said_as_it_is(house, monkeypatch, caplog):
    break_with(monkeypatch, TransactionRefused("The amount “abc” is not a number."))
    app = open_page("home")
    assert "is not a number" in app.error[0].value
    assert not [each for each in caplog.records if each.name == "ui.parts.trouble"]


def test_a_database_that_is_away_is_no_fault_to_quote(house, monkeypatch, caplog):
    break_with(monkeypatch, OperationalError("SELECT card", {}, Exception(SECRET)))
    (shown,) = open_page("home").error
    assert shown.value == trouble.AWAY[1]
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]


def test_a_hostile_message_stays_text():
    title, sentence = trouble.words_for(TouchstoneError("![x](https://evil.example/x.png)"))
    assert title == "This did not work"
    assert "](" not in sentence


@pytest.mark.parametrize("kind", sorted(trouble.TITLES, key=lambda kind: kind.__name__))
def test_titles_are_sentences_without_alarm(kind):
    assert not trouble.TITLES[kind].endswith(("!", "."))


def test_every_known_error_has_a_title():
    known = {
        each for each in every_subclass(TouchstoneError) if each.__module__ == "backend.errors"
    }
    assert set(trouble.TITLES) == known - {TouchstoneError}
