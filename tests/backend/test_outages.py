"""A database that is away is waited for, until whoever waits has to go."""

import threading

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from backend import outages


def away(times: int, calls: list[int]):
    """Return a call that finds the database away so many times."""

    def call() -> str:
        calls.append(1)
        if len(calls) <= times:
            raise OperationalError("SELECT 1", None, ConnectionResetError("reset by peer"))
        return "written"

    return call


@pytest.fixture
def impatient(monkeypatch) -> None:
    monkeypatch.setattr(outages, "FIRST_WAIT", 0.001)
    monkeypatch.setattr(outages, "LONGEST_WAIT", 0.002)


def test_what_was_to_be_said_is_said_once_it_is_back(impatient, caplog) -> None:
    calls: list[int] = []
    assert outages.patiently(away(5, calls), threading.Event()) == "written"
    assert len(calls) == 6
    assert caplog.text.count("trying again") == 1


def test_whoever_has_to_go_tries_once(impatient) -> None:
    leave, calls = threading.Event(), []
    leave.set()
    assert outages.patiently(away(0, []), leave) == "written"
    with pytest.raises(outages.GivenUp):
        outages.patiently(away(9, calls), leave)
    assert len(calls) == 1


def test_other_errors_are_raised() -> None:
    def wrong() -> None:
        raise IntegrityError("INSERT", None, ValueError())

    with pytest.raises(IntegrityError):
        outages.patiently(wrong, threading.Event())
