"""Where a run goes on: the newest checkpoint first, and the curve only up to it."""

import pytest

from backend import attempts, checkpoints, files, rescue, runs
from backend.attempts import Attempt
from db import Checkpoint, transaction
from tests.backend.launching import claimed, fall_silent


def hold(attempt: Attempt) -> tuple[int, int]:
    return attempt.run_id, attempt.number


def learn(attempt: Attempt, *steps: int, loss: float = 0.5) -> None:
    points = [{"part": "train", "step": step, "loss": loss} for step in steps]
    assert attempts.record_points(*hold(attempt), points)


def keep(attempt: Attempt, *steps: int) -> None:
    for step in steps:
        assert attempts.record_checkpoint(*hold(attempt), step, "a" * 64)


def next_attempt(attempt: Attempt) -> Attempt:
    fall_silent(attempt.run_id)
    assert rescue.take_back() == [attempt.run_id]
    return attempts.claim(attempt.run_id, "worker-2")


def resumable(attempt: Attempt) -> list[tuple[int, int]]:
    return [(found.attempt, found.step) for found in attempt.resume]


@pytest.fixture
def first(each_house) -> Attempt:
    return claimed()


def test_the_next_attempt_goes_on_with_the_curve_up_to_the_checkpoint(first):
    assert first.resume == ()
    learn(first, 10, 20, 30, 40)
    keep(first, 20, 30)
    assert runs.get(first.run_id).checkpoint_step == 30
    fall_silent(first.run_id)
    rescue.take_back()
    assert list(runs.loss_curve(first.run_id)["step"]) == [10, 20, 30, 40]  # until it goes on
    second = attempts.claim(first.run_id, "worker-2")
    assert resumable(second) == [(1, 30), (1, 20)]
    assert list(runs.loss_curve(first.run_id)["step"]) == [10, 20, 30]
    run = runs.get(first.run_id)
    assert (run.step, run.resumed_step, run.stages) == (30, 30, ())
    learn(second, 40, 50)
    assert list(runs.loss_curve(first.run_id)["step"]) == [10, 20, 30, 40, 50]


def test_an_attempt_that_fell_back_learns_what_lies_beyond_again(first):
    learn(first, 10, 20, 30)
    keep(first, 20, 30)
    second = next_attempt(first)
    assert attempts.resumed(*hold(second), 20)
    run = runs.get(first.run_id)
    assert (run.step, run.resumed_step) == (20, 20)
    assert list(runs.loss_curve(first.run_id)["step"]) == [10, 20]
    learn(second, 30, loss=0.25)
    assert list(runs.loss_curve(first.run_id)["loss"]) == [0.5, 0.5, 0.25]


def test_an_attempt_that_found_nothing_whole_begins_with_an_empty_curve(first):
    learn(first, 10)
    keep(first, 10)
    second = next_attempt(first)
    assert attempts.resumed(*hold(second), 0)
    assert runs.loss_curve(first.run_id).empty and runs.get(first.run_id).resumed_step == 0


def test_a_run_without_a_checkpoint_begins_anew(first):
    learn(first, 10)
    second = next_attempt(first)
    assert second.resume == () and runs.loss_curve(first.run_id).empty
    assert runs.get(first.run_id).checkpoint_step is None


def test_the_last_two_are_kept_and_older_attempts_until_there_are_two(first):
    keep(first, 10, 20, 30)
    second = next_attempt(first)
    assert resumable(second) == [(1, 30), (1, 20)]
    keep(second, 40)
    third = next_attempt(second)
    assert resumable(third) == [(2, 40), (1, 30), (1, 20)]
    keep(third, 50, 60)
    assert resumable(next_attempt(third)) == [(3, 60), (3, 50)]


def test_a_checkpoint_that_leads_elsewhere_is_not_fallen_back_to(first):
    keep(first, 20, 30)
    second = next_attempt(first)
    attempts.resumed(*hold(second), 20)  # 30 was damaged
    keep(second, 25)
    assert resumable(next_attempt(second)) == [(2, 25), (1, 20)]


def test_told_twice_it_is_stored_once_and_an_older_attempt_stores_nothing(first):
    keep(first, 10, 10)
    second = next_attempt(first)
    assert not attempts.record_checkpoint(*hold(first), 20, "b" * 64)
    assert not attempts.resumed(*hold(first), 0)
    assert resumable(second) == [(1, 10)] and runs.get(first.run_id).resumed_step == 10


@pytest.mark.parametrize(("end", "left"), [("succeed", 0), ("fail", 1)])
def test_they_are_forgotten_at_success_and_kept_with_what_failed(house, end, left):
    attempt = claimed()
    keep(attempt, 10)
    reason = ["Bad data."] if end == "fail" else []
    assert getattr(attempts, end)(*hold(attempt), *reason)
    with transaction(reading=True) as session:
        assert session.query(Checkpoint).count() == left


def test_a_late_success_of_an_older_attempt_forgets_nothing(house):
    first = claimed()
    keep(first, 10)
    second = next_attempt(first)
    assert not attempts.succeed(*hold(first))
    keep(second, 20)
    assert checkpoints.KEPT == 2 and resumable(next_attempt(second)) == [(2, 20), (1, 10)]


def test_what_a_lost_supervisor_left_of_a_finished_run_is_removed(first):
    second = claimed("another")
    folders = [files.run_folder(*hold(each)) / files.CHECKPOINTS for each in (first, second)]
    for folder in folders:
        folder.mkdir(parents=True)
    assert attempts.succeed(*hold(first), scored_rows=0)
    assert checkpoints.remove_needless() == [first.run_id]
    assert [folder.exists() for folder in folders] == [False, True]
