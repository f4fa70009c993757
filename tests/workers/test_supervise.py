"""A run survives its process: killed, cancelled, told to leave, out of room, or simply broken."""

import os
import signal
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from backend import attempts, failures, files, rescue, runs
from backend.states import Failure, RunState
from db import transaction
from tests.backend.launching import offer, put
from tests.workers.acted import (
    PACE,
    done,
    ended,
    hold_still,
    learned,
    learns,
    queued,
    trainings,
    until,
    worker,
)
from tests.workers.acting.acts import CHECKPOINT_EVERY, SLEEP, STEPS
from workers import processes

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def quick_house(house: Path, change) -> None:
    """A house that does in seconds what it does in minutes."""
    change(**PACE)


def test_a_run_is_done_and_its_scores_are_stored() -> None:
    run_id = queued("learn")
    run = done(run_id)
    assert run.state is RunState.SUCCEEDED, run.reason
    assert (run.scored_rows, run.attempt, learned(run_id)) == (3, 1, STEPS)


def test_a_killed_training_is_tried_again_and_goes_on() -> None:
    """F02: its process alone is killed."""
    run_id = queued("learn")
    with worker() as process:
        until(lambda: learns(run_id))
        os.kill(trainings()[0], signal.SIGKILL)
        ended(process)
    run = runs.get(run_id)
    assert (run.crashes, run.failure) == (1, Failure.KILLED)
    run = done(run_id) if run.is_live else run
    assert run.state is RunState.SUCCEEDED and run.attempt == 2
    assert run.resumed_step >= 2 * CHECKPOINT_EVERY
    steps = list(runs.loss_curve(run_id)["step"])
    assert steps == list(range(1, STEPS + 1))  # none twice, none missing


@pytest.mark.parametrize(
    ("act", "state", "failure", "words"),
    [
        ("refuse", RunState.FAILED, Failure.BAD_DATA, "Every row has the same label"),
        ("diverge", RunState.FAILED_DIVERGED, Failure.DIVERGED, "stopped being a number"),
        ("find_damage", RunState.FAILED, Failure.DAMAGED, "differs from what was written"),
        ("break_down", RunState.FAILED, Failure.FAULT, "internal error, logged as run"),
        ("fill_the_memory", RunState.QUEUED, Failure.OOM_HOST, None),
        ("hang", RunState.QUEUED, Failure.HANG, None),
        ("stop_dead", RunState.QUEUED, Failure.HANG, None),
    ],
)
def test_an_ending_has_a_class(act, state, failure, words, change) -> None:
    """F18, F24, F30 and others: what ended it decides what becomes of the run."""
    change(retry_seconds=1_000.0)
    run = done(queued(act))
    assert (run.state, run.failure) == (state, failure)
    assert words is None or words in run.reason
    assert "Traceback" not in (run.reason or "")


@pytest.mark.parametrize(("act", "starts"), [("segv", 3), ("fill_the_memory", 2)])
def test_a_run_that_crashes_every_time_is_set_aside(act, starts, change) -> None:
    """F20: three starts and no more; F18: two for one that fills the memory."""
    change(retry_seconds=0.0)
    run_id, other = queued(act), queued("finish_at_once")
    run = done(run_id)
    assert (run.state, run.attempt) == (RunState.QUARANTINED, starts)
    assert runs.get(other).state is RunState.SUCCEEDED
    assert files.run_folder(run.id, 1).exists()  # everything it wrote is kept


def test_a_failed_run_that_is_launched_again_goes_on_from_its_checkpoint() -> None:
    failed = done(queued("learn_and_break_down"))
    offer()
    assert (failed.state, failed.checkpoint_step) == (RunState.FAILED, 50), failed.reason
    run = done(failures.launch_again(failed, failures.explain(failed).step))
    assert run.state is RunState.SUCCEEDED, run.reason
    assert (run.id, run.attempt, run.resumed_step) == (failed.id + 1, 1, 50)
    assert list(runs.loss_curve(run.id)["step"]) == list(range(1, STEPS + 1))
    assert replace(runs.get(failed.id), family_title="") == replace(failed, family_title="")


def test_a_full_card_is_tried_once_with_half_the_batch() -> None:
    run = done(queued("fill_the_card"))
    assert run.state is RunState.SUCCEEDED, run.reason
    assert (run.attempt, run.crashes, run.halvings) == (2, 0, 1)


def test_a_full_disk_pauses_a_run_and_room_lets_it_go_on() -> None:
    """F21."""
    run_id = queued("fill_the_disk")
    run = done(run_id)
    assert (run.state, run.crashes) == (RunState.PAUSED_DISK, 0)
    put(run_id, waits_until=None)
    assert rescue.resume_paused() == [run_id]
    assert done(run_id).state is RunState.SUCCEEDED


def test_nothing_is_begun_without_room(change) -> None:
    """F21: the room for what it may write is looked at before the process starts."""
    change(spare_mb=10**9)
    run = done(queued("learn"))
    assert run.state is RunState.PAUSED_DISK
    assert not files.run_folder(run.id, 1).exists()
    assert rescue.resume_paused() == []


def test_a_worker_told_to_leave_gives_its_run_back_with_a_checkpoint() -> None:
    """F22."""
    run_id = queued("learn")
    with worker() as process:
        until(lambda: learns(run_id))
        process.terminate()
        ended(process)
    run = runs.get(run_id)
    assert run.state is RunState.QUEUED and run.crashes == 0
    last = learned(run_id)
    assert last < STEPS and done(run_id).resumed_step == last  # not a step was lost


def test_a_cancelled_training_ends_and_leaves_nothing() -> None:
    """F23: a process in a session of its own, and files of nobody, go as well."""
    run_id = queued("leave_scratch_and_learn")
    with worker() as process:
        until(lambda: learns(run_id))
        started = sleepers()
        runs.cancel(run_id)
        ended(process)
    assert runs.get(run_id).state is RunState.CANCELLED
    assert started and sleepers() == []
    assert not (files.run_folder(run_id, 1) / "scratch").exists()


def test_a_training_does_not_outlive_its_worker() -> None:
    """F25."""
    run_id = queued("learn")
    with worker() as process:
        until(lambda: learns(run_id))
        process.kill()
        process.join()
        until(lambda: trainings() == [])
    assert runs.get(run_id).state is RunState.RUNNING  # nobody could say so; the lease will
    until(lambda: rescue.take_back() == [run_id])
    assert runs.get(run_id).failure is Failure.LOST


def test_stop_and_keep_best_scores_with_what_was_learned() -> None:
    run_id = queued("learn")
    with worker() as process:
        until(lambda: learns(run_id))
        runs.stop_and_keep_best(run_id)
        ended(process)
    run = runs.get(run_id)
    assert run.state is RunState.SUCCEEDED, run.reason
    assert learned(run_id) < STEPS and run.scored_rows == 3


def test_a_worker_that_was_taken_for_dead_writes_nothing_more() -> None:
    """F04: it sleeps past its lease, another takes the run, and it wakes up."""
    run_id = queued("learn")
    with worker("sleeper") as sleeper:
        until(lambda: learns(run_id))
        with transaction():  # one that sleeps while it writes would hold up all others on SQLite
            hold_still(sleeper.pid)
            until(lambda: sleeps(sleeper.pid))
        until(lambda: rescue.take_back() == [run_id])
        attempt = attempts.claim(run_id, "worker-2")
        curve = learned(run_id)
        in_use = files.run_folder(run_id, attempt.number) / "scratch"
        in_use.mkdir(parents=True)
        os.kill(sleeper.pid, signal.SIGCONT)
        ended(sleeper)
    run = runs.get(run_id)
    assert (run.state, run.attempt) == (RunState.RUNNING, attempt.number)
    assert learned(run_id) == curve
    assert in_use.exists()


def sleepers() -> list[int]:
    """Return the processes that an act left in sessions of their own."""
    return [p.number for p in processes.running() if processes.arguments(p.number) == SLEEP]


def sleeps(number: int) -> bool:
    """Tell whether every thread of a process has stopped."""
    states = set()
    for thread in Path(f"/proc/{number}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # the thread has just ended
            states.add((thread / "stat").read_text().rsplit(")", 1)[1].split()[0])
    return states == {"T"}
