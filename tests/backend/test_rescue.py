"""What the reaper does: the lost go back once, the paused go on once there is room."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from backend import attempts, hold, rescue, runs
from backend.attempts import Attempt
from backend.states import Failure, RunState
from db import migrate, transaction
from tests.backend.launching import LONG_AGO, claimed, fall_silent, put, queue_many


@pytest.fixture
def attempt(each_house) -> Attempt:
    return claimed()


def test_a_lost_run_goes_back_at_once_and_says_when_it_was_lost(attempt):
    assert rescue.take_back() == []
    fall_silent(attempt.run_id)
    before = datetime.now(UTC)
    assert rescue.take_back() == [attempt.run_id]
    run = runs.get(attempt.run_id)
    assert (run.state, run.failure, run.crashes) == (RunState.QUEUED, Failure.LOST, 1)
    assert run.waits_until is None and (run.interrupted_at - before).total_seconds() > -1
    assert attempts.claim(attempt.run_id, "worker-2").number == 2


def test_a_worker_lost_after_its_run_got_further_is_not_held_against_the_run(attempt, change):
    change(crash_limit=1)
    attempts.record_checkpoint(attempt.run_id, attempt.number, 10, "a" * 64)
    fall_silent(attempt.run_id)
    assert rescue.take_back() == [attempt.run_id]
    assert runs.get(attempt.run_id).crashes == 0
    attempts.claim(attempt.run_id, "worker-2")  # goes on from 10, and gets no further
    fall_silent(attempt.run_id)
    assert rescue.take_back() == [attempt.run_id]
    assert runs.get(attempt.run_id).state is RunState.QUARANTINED


def test_four_reapers_at_once_rescue_each_lost_run_once(each_house):
    numbers = queue_many(40)
    for _ in numbers:
        attempts.claim_next("worker")
    for run_id in numbers:
        fall_silent(run_id)
    with ThreadPoolExecutor(4) as reapers:
        found = [reapers.submit(rescue.take_back) for _ in range(12)]
    taken = [run_id for future in found for run_id in future.result()]
    assert sorted(taken) == numbers
    assert {runs.get(run_id).crashes for run_id in numbers} == {1}


def test_a_lost_run_that_was_to_be_cancelled_never_starts_again(attempt):
    runs.cancel(attempt.run_id)
    fall_silent(attempt.run_id)
    assert rescue.take_back() == [attempt.run_id]
    run = runs.get(attempt.run_id)
    assert run.state is RunState.CANCELLED and run.finished_at is not None
    assert attempts.claim(attempt.run_id, "worker-2") is None


def test_a_paused_run_goes_on_by_itself_once_there_is_room(attempt, change):
    assert attempts.pause_disk(attempt.run_id, attempt.number, "No room for a checkpoint.")
    run = runs.get(attempt.run_id)
    assert (run.state, run.failure, run.crashes) == (RunState.PAUSED_DISK, Failure.DISK, 0)
    assert run.reason == "No room for a checkpoint." and run.is_live
    assert attempts.claim(attempt.run_id, "worker-2") is None
    assert rescue.resume_paused() == []  # it has only just found none
    put(attempt.run_id, waits_until=LONG_AGO)
    change(spare_mb=2**40)
    assert rescue.resume_paused() == []
    change(spare_mb=0)
    assert rescue.resume_paused() == [attempt.run_id]
    assert runs.get(attempt.run_id).reason is None
    assert attempts.claim(attempt.run_id, "worker-2").number == 2


def test_a_paused_run_can_be_cancelled(attempt, change):
    attempts.pause_disk(attempt.run_id, attempt.number, "No room.")
    runs.cancel(attempt.run_id)
    put(attempt.run_id, waits_until=LONG_AGO)
    change(spare_mb=0)
    assert rescue.resume_paused() == []
    assert runs.get(attempt.run_id).state is RunState.CANCELLED


def test_a_clock_set_back_keeps_nobody_waiting_for_a_lost_worker(attempt, change):
    put(attempt.run_id, lease_until=datetime.now(UTC) + timedelta(hours=1))
    change(lease_seconds=0.0)
    rescue.shorten_leases()
    assert rescue.take_back() == [attempt.run_id]


@pytest.mark.postgres
def test_a_worker_stopped_within_its_write_keeps_no_other_run_from_rescue(
    data_folder, postgres_database, change
):
    change(database_url=postgres_database)
    migrate.upgrade()
    stopped, lost = claimed("stopped"), claimed("lost")
    fall_silent(stopped.run_id)
    fall_silent(lost.run_id)
    with transaction() as session:
        assert hold.holds(session, stopped.run_id, stopped.number)
        assert session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "30s"
        assert rescue.take_back() == [lost.run_id]
    assert rescue.take_back() == [stopped.run_id]
