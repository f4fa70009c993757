"""Whose turn it is: who may take which run, and in what order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from backend import attempts, fleet, turns
from tests.backend.launching import put, queue_many

SOON = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def workers(each_house) -> None:
    fleet.register("processor", "2 cores", "cpu", 2)
    fleet.register("card", "A card", "gpu", 1)


def test_people_go_first_then_priority_then_place_then_number(each_house):
    baseline, second, first, urgent = queue_many(4)
    put(baseline, automatic=True, priority=9)
    put(first, place=0.5)
    put(urgent, priority=1)
    assert turns.claimable("anybody") == [urgent, first, second]
    for expected in (urgent, first, second, baseline):
        assert attempts.claim_next("anybody").run_id == expected
    assert attempts.claim_next("anybody") is None


def test_a_baseline_waits_only_for_runs_that_its_worker_could_take(workers):
    baseline, wide = queue_many(2)
    put(baseline, automatic=True)
    put(wide, devices=2)
    assert turns.claimable("card") == [baseline]
    assert turns.claimable("processor") == [wide]
    assert attempts.claim(baseline, "processor") is None
    put(wide, waits_until=SOON)
    assert attempts.claim(baseline, "processor") is not None


def test_a_run_for_a_card_is_left_to_a_card_that_could_take_it(workers):
    run_id, plain = queue_many(2)
    put(run_id, need="gpu")
    assert turns.claimable("processor") == [plain]
    assert turns.claimable("card") == [run_id, plain]
    fleet.drain("card", True)
    assert turns.claimable("processor") == [run_id, plain]
    assert turns.claimable("card") == []
    fleet.drain("card", False)
    assert attempts.claim(run_id, "processor") is None
    fleet.leave("card")
    assert attempts.claim(run_id, "processor") is not None


def test_a_card_that_fell_silent_leaves_its_runs_to_the_processor(workers, change):
    run_id = queue_many(1, need="gpu")[0]
    change(lease_seconds=-1.0)
    assert turns.claimable("processor") == [run_id]


def test_a_run_that_waits_for_its_time_is_nobodys(each_house):
    later, due = queue_many(2)
    put(later, waits_until=SOON)
    assert turns.claimable("anybody") == [due]
    assert attempts.claim(later, "anybody") is None


def test_the_longest_wait_begins_when_a_run_could_first_be_taken(each_house):
    assert turns.longest_wait("anybody") == 0.0
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    run_id = queue_many(1, created_at=hour_ago)[0]
    assert turns.longest_wait("anybody") >= 3_600
    put(run_id, interrupted_at=hour_ago + timedelta(minutes=30))
    assert 1_800 <= turns.longest_wait("anybody") < 3_600
    put(run_id, waits_until=SOON)
    assert turns.longest_wait("anybody") == 0.0


@pytest.mark.slow
def test_eight_workers_take_two_hundred_runs_and_none_twice(each_house):
    numbers = queue_many(200)

    def take(worker: int) -> list[int]:
        """Ask for runs by number and by turn, as messages and looks at the table do."""
        got, name = [], f"worker {worker}"
        while waiting := turns.claimable(name):
            for run in (attempts.claim(waiting[0], name), attempts.claim_next(name)):
                got += [run.run_id] if run else []
        return got

    with ThreadPoolExecutor(8) as workers:
        taken = sorted(run_id for got in workers.map(take, range(8)) for run_id in got)
    assert taken == numbers
