"""How attempts end: each once, fenced, and a cancelled run never waits again."""

from datetime import UTC, datetime

import pytest

from backend import attempts, rescue, runs
from backend.attempts import Attempt
from backend.states import Failure, RunState
from db import Doorbell, transaction
from tests.backend.launching import LONG_AGO, claimed, fall_silent, put

RETURNS = {
    "give back": attempts.give_back,
    "halve": attempts.halve,
    "pause": lambda run_id, number: attempts.pause_disk(run_id, number, "No room."),
    "crash": lambda run_id, number: attempts.crashed(run_id, number, Failure.CRASH),
}
ENDS = {
    "succeed": (attempts.succeed, RunState.SUCCEEDED),
    "fail": (lambda *hold: attempts.fail(*hold, "Bad data."), RunState.FAILED),
    "diverge": (
        lambda *hold: attempts.fail(*hold, "No number.", Failure.DIVERGED),
        RunState.FAILED_DIVERGED,
    ),
    "cancel": (attempts.end_cancelled, RunState.CANCELLED),
}


@pytest.fixture
def attempt(each_house) -> Attempt:
    return claimed()


def hold(attempt: Attempt) -> tuple[int, int]:
    return attempt.run_id, attempt.number


@pytest.mark.parametrize("how", ENDS)
def test_an_ending_told_twice_is_the_same_ending(attempt, how):
    end, state = ENDS[how]
    assert end(*hold(attempt)) and end(*hold(attempt))
    run = runs.get(attempt.run_id)
    assert run.state is state and run.finished_at is not None
    others = [other for name, (other, _) in ENDS.items() if name != how]
    assert not any(other(*hold(attempt)) for other in others)
    assert runs.get(attempt.run_id).state is state


@pytest.mark.parametrize("how", [*ENDS, *RETURNS])
def test_an_attempt_taken_for_dead_ends_nothing(house, how):
    zombie = claimed()
    fall_silent(zombie.run_id)
    rescue.take_back()
    attempts.claim(zombie.run_id, "worker-2")
    end = ENDS[how][0] if how in ENDS else RETURNS[how]
    assert not end(*hold(zombie))
    run = runs.get(zombie.run_id)
    assert (run.state, run.attempt, run.crashes) == (RunState.RUNNING, 2, 1)


@pytest.mark.parametrize("how", RETURNS)
def test_a_run_that_was_to_be_cancelled_never_waits_again(attempt, how):
    runs.cancel(attempt.run_id)
    assert RETURNS[how](*hold(attempt))
    run = runs.get(attempt.run_id)
    assert run.state is RunState.CANCELLED and run.finished_at is not None
    put(attempt.run_id, waits_until=LONG_AGO)
    assert attempts.claim(attempt.run_id, "worker-2") is None
    with transaction(reading=True) as session:
        assert session.get(Doorbell, attempt.run_id) is None


def test_a_wish_to_keep_the_best_outlives_the_worker(attempt):
    runs.stop_and_keep_best(attempt.run_id)
    attempts.give_back(*hold(attempt))
    second = attempts.claim(attempt.run_id, "worker-2")
    assert attempts.renew(*hold(second)) is attempts.Word.KEEP_BEST


def test_each_crash_waits_four_times_longer_and_the_third_is_the_last(attempt, change):
    change(retry_seconds=100.0)
    for crashes, shortest, longest in ((1, 80, 120), (2, 320, 480)):
        began = datetime.now(UTC)
        assert attempts.crashed(attempt.run_id, crashes, Failure.CRASH, "Segmentation fault")
        run = runs.get(attempt.run_id)
        assert (run.state, run.crashes, run.failure) == (RunState.QUEUED, crashes, Failure.CRASH)
        assert run.trace == "Segmentation fault"
        wait = (run.waits_until - began).total_seconds()
        assert shortest <= wait <= longest + 60  # a slow machine may add to it
        assert attempts.claim(attempt.run_id, "worker-1") is None
        put(attempt.run_id, waits_until=LONG_AGO)
        assert attempts.claim(attempt.run_id, "worker-1").number == crashes + 1
    assert attempts.crashed(attempt.run_id, 3, Failure.HANG)
    run = runs.get(attempt.run_id)
    assert (run.state, run.failure) == (RunState.QUARANTINED, Failure.HANG)
    assert run.finished_at is not None and "kept" in run.reason


def test_a_full_memory_is_tried_once_more_only(attempt):
    assert attempts.crashed(*hold(attempt), Failure.OOM_HOST)
    put(attempt.run_id, waits_until=LONG_AGO)
    second = attempts.claim(attempt.run_id, "worker-1")
    assert attempts.crashed(*hold(second), Failure.OOM_HOST)
    assert runs.get(attempt.run_id).state is RunState.QUARANTINED


def test_a_full_card_halves_the_batch_once(attempt):
    assert attempts.halve(*hold(attempt))
    second = attempts.claim(attempt.run_id, "worker-1")
    assert (second.halvings, runs.get(attempt.run_id).crashes) == (1, 0)
    assert not attempts.halve(*hold(second))
    assert attempts.fail(*hold(second), "Too large.", Failure.OOM_GPU, "torch.OutOfMemoryError")
    run = runs.get(attempt.run_id)
    assert (run.state, run.failure, run.halvings) == (RunState.FAILED, Failure.OOM_GPU, 1)


def test_a_success_leaves_no_failure_of_before_behind(attempt):
    attempts.crashed(*hold(attempt), Failure.CRASH, "A line")
    put(attempt.run_id, waits_until=LONG_AGO)
    assert attempts.succeed(*hold(attempts.claim(attempt.run_id, "worker-1")))
    run = runs.get(attempt.run_id)
    assert (run.failure, run.trace, run.reason) == (None, None, None)
