"""The reaper's rounds: leases are believed only once every worker could have been heard."""

from datetime import UTC, datetime, timedelta

import pytest

from backend import attempts, rounds, runs
from backend.rounds import Patience
from backend.states import RunState
from tests.backend.launching import LONG_AGO, claimed, fall_silent, put

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    """Our own monotonic clock, which the test moves by writing to it."""
    seconds = [1_000.0]
    monkeypatch.setattr(rounds.time, "monotonic", lambda: seconds[0])
    return seconds


def looks(patience: Patience, clock: list[float], at: float) -> bool:
    """Look when both clocks are `at` seconds further than at the beginning."""
    clock[0] = 1_000 + at
    return patience.look(NOON + timedelta(seconds=at))


def test_a_new_reaper_waits_one_lease_before_it_believes_any(clock, change):
    change(lease_seconds=60.0)
    patience = Patience()
    assert not looks(patience, clock, 1) and not looks(patience, clock, 59)
    assert looks(patience, clock, 60) and looks(patience, clock, 65)


def test_after_the_database_was_away_it_waits_again(clock, change):
    change(lease_seconds=60.0)
    patience = Patience()
    assert looks(patience, clock, 60)
    clock[0] += 300
    patience.was_away()
    assert not looks(patience, clock, 361) and looks(patience, clock, 420)


def test_a_clock_that_jumps_ahead_makes_no_worker_lost(clock, change):
    change(lease_seconds=60.0)
    patience = Patience()
    looks(patience, clock, 60)
    clock[0] += 5
    jumped = NOON + timedelta(hours=1, seconds=65)
    assert not patience.look(jumped)
    clock[0] += 60
    assert patience.look(jumped + timedelta(seconds=60))


def test_a_clock_that_is_set_back_or_a_reaper_that_was_stopped_is_no_jump(clock, change):
    change(lease_seconds=60.0)
    patience = Patience()
    assert looks(patience, clock, 60)
    assert patience.look(NOON - timedelta(hours=1))
    patience = Patience()
    assert looks(patience, clock, 120) and looks(patience, clock, 4_000)


def test_one_round_takes_back_and_goes_on(house, change):
    lost, paused = claimed("lost"), claimed("paused")
    attempts.pause_disk(paused.run_id, paused.number, "No room.")
    put(paused.run_id, waits_until=LONG_AGO)
    fall_silent(lost.run_id)
    change(lease_seconds=0.0, spare_mb=0)
    rounds.look_around(Patience())
    states = [runs.get(attempt.run_id).state for attempt in (lost, paused)]
    assert states == [RunState.QUEUED, RunState.QUEUED]


def test_a_round_without_a_database_makes_the_next_one_careful(house, change, tmp_path):
    run_id = claimed().run_id
    fall_silent(run_id)
    change(lease_seconds=0.0)
    patience = Patience()
    change(database_url=f"sqlite:///{tmp_path / 'nowhere' / 'none.db'}", lease_seconds=60.0)
    rounds.look_around(patience)
    change(database_url="")
    rounds.look_around(patience)
    assert runs.get(run_id).state is RunState.RUNNING
