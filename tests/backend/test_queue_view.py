"""The queue as pages see it, on a real database: order, reasons, expected starts, workers."""

from datetime import UTC, datetime, timedelta

import pytest

from backend import attempts, fleet, pieces, queue_view, rescue, runs
from backend.queue_view import Reason
from backend.states import Failure
from db import Doorbell, Piece, Worker, transaction
from tests.backend.launching import fall_silent, put, queue_many

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("each_house")


def reasons() -> list[Reason]:
    return [waiting.reason for waiting in queue_view.look().waiting]


def register(name: str = "one", kind: str = "cpu", devices: int = 1) -> str:
    fleet.register(name, "2 CPU cores", kind, devices)
    return name


def hush(worker: str, seconds: float) -> None:
    """Let a worker be silent for so many seconds."""
    with transaction() as session:
        session.get_one(Worker, worker).seen_at = datetime.now(UTC) - timedelta(seconds=seconds)


class TestOrder:
    def test_is_empty_in_an_empty_house(self):
        queue = queue_view.look()
        assert (queue.waiting, queue.working, queue.workers) == ((), (), ())
        assert not queue.is_late

    def test_people_by_priority_then_place_and_baselines_last(self):
        first, second, third = queue_many(3)
        (baseline,) = queue_many(1, automatic=True)
        runs.prioritise(third, 1)
        runs.move(second, first)
        shown = queue_view.look().waiting
        assert [waiting.run.id for waiting in shown] == [third, second, first, baseline]
        assert [waiting.place for waiting in shown] == [1, 2, 3, 4]


class TestReason:
    def test_no_worker_is_alive(self):
        queue_many(1)
        hush(register(), 3600)
        assert reasons() == [Reason.NO_WORKER]

    def test_more_devices_than_any_worker_has(self):
        register(devices=2)
        queue_many(1, devices=3)
        (waiting,) = queue_view.look().waiting
        assert waiting.reason is Reason.DEVICES
        assert waiting.starts is None

    def test_who_could_take_it_takes_no_more(self):
        fleet.drain(register(), True)
        queue_many(1)
        assert reasons() == [Reason.DRAINING]

    def test_a_free_worker_takes_the_first_and_the_next_goes_after_it(self):
        register()
        first, _ = queue_many(2)
        soon, behind = queue_view.look().waiting
        assert soon.reason is Reason.SOON
        assert behind.reason is Reason.BEHIND
        assert behind.behind is not None
        assert behind.behind.id == first

    def test_the_worker_is_at_work(self):
        first, _ = queue_many(2)
        assert attempts.claim(first, register())
        (waiting,) = queue_view.look().waiting
        assert waiting.reason is Reason.BUSY
        assert waiting.behind is not None
        assert waiting.behind.id == first

    def test_it_waits_after_a_crash_and_lets_others_go_first(self):
        first, _ = queue_many(2)
        attempt = attempts.claim(first, register())
        assert attempt is not None
        attempts.crashed(first, attempt.number, Failure.CRASH)
        put(first, waits_until=datetime.now(UTC) + HOUR)
        later, soon = queue_view.look().waiting
        assert (later.run.id, later.reason) == (first, Reason.LATER)
        assert soon.starts is not None
        assert later.starts is not None
        assert soon.starts[0] < later.starts[0]

    def test_no_room_on_the_disk_stands_in_no_line(self):
        first, _ = queue_many(2)
        attempt = attempts.claim(first, register())
        assert attempt is not None
        attempts.pause_disk(first, attempt.number, "The disk is full.")
        shown = [(one.reason, one.place) for one in queue_view.look().waiting]
        assert shown == [(Reason.SOON, 1), (Reason.DISK, 0)]

    def test_a_card_is_waited_for_while_one_is_alive(self):
        register("cpu")
        queue_many(1, need="gpu")
        assert reasons() == [Reason.SOON]
        (busy,) = queue_many(1)
        assert attempts.claim(busy, register("gpu", kind="gpu"))
        assert reasons() == [Reason.BUSY]


class TestExpectedStart:
    def test_after_what_is_left_of_the_run_at_work(self):
        first, _ = queue_many(2)
        attempt = attempts.claim(first, register())
        assert attempt is not None
        attempts.note(first, attempt.number, seconds_left=100.0)
        queue = queue_view.look()
        assert queue.waiting[0].starts == (
            queue.at + timedelta(seconds=80),
            queue.at + timedelta(seconds=120),
        )

    def test_has_no_latest_where_a_time_is_not_known(self):
        first, _ = queue_many(2)
        assert attempts.claim(first, register())
        (waiting,) = queue_view.look().waiting
        assert waiting.starts is not None
        assert waiting.starts[1] is None
        assert waiting.takes is None


class TestWorking:
    def test_names_the_worker_and_counts_pieces(self):
        (run,) = queue_many(1, kind="score")
        assert attempts.claim(run, register())
        with transaction() as session:
            for number, state in enumerate((pieces.DONE, pieces.RUNNING, pieces.QUEUED)):
                groups = {"first_group": number, "groups": 1, "rows": 10}
                session.add(Piece(run_id=run, number=number, state=state, **groups))
        (working,) = queue_view.look().working
        assert working.worker is not None
        assert working.worker.name == "one"
        assert working.pieces == pieces.Progress(3, 1, 1, 30, 10)

    def test_says_that_its_worker_is_silent_until_the_run_is_taken_back(self):
        (run,) = queue_many(1)
        worker = register()
        assert queue_view.silence(runs.get(run)) is None
        assert attempts.claim(run, worker)
        assert queue_view.silence(runs.get(run)) is None
        hush(worker, 42)
        assert queue_view.silence(runs.get(run)) == pytest.approx(42, abs=20)
        fall_silent(run)
        assert rescue.take_back() == [run]
        assert queue_view.silence(runs.get(run)) is None


def test_a_bell_that_never_rang_is_told():
    (run,) = queue_many(1)
    with transaction() as session:
        session.add(Doorbell(run_id=run, created_at=datetime.now(UTC) - HOUR))
    assert queue_view.look().is_late
