"""The queue as people arrange it: a run goes right before another, and comes to stay there."""

import pytest

from backend import attempts, runs
from backend.errors import CannotMove, RunNotFound
from tests.backend.launching import launch, put, queue_many


def order() -> list[int]:
    return [run.id for run in runs.queued()]


def test_runs_wait_in_the_order_they_were_launched_until_moved(each_house):
    first, second, third = queue_many(3)
    assert order() == [first, second, third]
    runs.move(third, before=first)
    assert order() == [third, first, second]
    runs.move(third, before=second)
    assert order() == [first, third, second]
    runs.move(first, before=None)
    assert order() == [third, second, first]
    assert [runs.waiting_before(run_id) for run_id in (third, second, first)] == [0, 1, 2]


def test_a_run_launched_later_stands_behind_one_moved_to_the_end(each_house):
    first, second = queue_many(2)
    runs.move(first, before=None)
    runs.move(second, before=None)
    third = launch()
    assert order() == [first, second, third]


def test_a_run_takes_over_the_priority_of_where_it_goes(each_house):
    first, second, third = queue_many(3)
    runs.prioritise(third, 5)
    assert order() == [third, first, second]
    runs.move(second, before=third)
    assert order() == [second, third, first]
    assert runs.get(second).priority == 5
    runs.move(second, before=None)
    assert order() == [third, first, second] and runs.get(second).priority == 0


def test_moving_for_ever_never_runs_out_of_places(house):
    numbers = queue_many(3)
    for _ in range(120):  # a float between two others can be halved some fifty times
        last, between, first = reversed(order())
        runs.move(last, before=between)
        assert order() == [first, last, between]
    for _ in range(60):
        head = order()[0]
        runs.move(head, before=None)
        assert order()[-1] == head
    assert launch() == order()[-1] and sorted(order()[:-1]) == numbers


def test_what_waits_no_more_cannot_be_moved(each_house):
    first, second = queue_many(2)
    attempts.claim(first, "worker")
    with pytest.raises(CannotMove, match="waits no more"):
        runs.move(first, before=second)
    with pytest.raises(CannotMove, match="waits no more"):
        runs.move(second, before=first)
    with pytest.raises(CannotMove):
        runs.prioritise(first, 1)
    with pytest.raises(RunNotFound):
        runs.move(99, before=None)
    runs.move(second, before=None)  # alone in the queue: stays
    assert order() == [second]


def test_a_baseline_cannot_go_before_what_a_person_launched(each_house):
    baseline, asked_for = queue_many(2)
    put(baseline, automatic=True)
    with pytest.raises(CannotMove, match="baseline"):
        runs.move(baseline, before=asked_for)
    assert order() == [asked_for, baseline]
