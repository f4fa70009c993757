"""A bell, however often it rings, starts what may be started here, once."""

import threading

import pytest

from backend import attempts, fleet, runs
from backend.states import RunState
from tests.backend.launching import queue_many
from workers import slot, tasks
from workers.tasks import Took


@pytest.fixture
def never() -> threading.Event:
    return threading.Event()


def test_twenty_copies_of_a_message_find_nothing_to_do(house, never) -> None:
    """F03: another worker has the run."""
    (run_id,) = queue_many(1)
    assert attempts.claim(run_id, "worker-2")
    assert {tasks.take("worker-1", never) for _ in range(20)} == {Took.NOTHING}
    assert runs.get(run_id).attempt == 1


def test_a_trainer_whose_devices_are_in_use_takes_nothing(house, never) -> None:
    (run_id,) = queue_many(1)
    with slot.held("worker-1"):
        assert tasks.take("worker-1", never) is Took.BUSY
    assert runs.get(run_id).state is RunState.QUEUED


def test_a_trainer_that_drains_takes_nothing(house, never) -> None:
    (run_id,) = queue_many(1)
    fleet.register("worker-1", "2 processor cores", "cpu", 2)
    fleet.drain("worker-1", True)
    assert tasks.take("worker-1", never) is Took.NOTHING
    assert runs.get(run_id).attempt == 0


def test_a_database_that_is_away_means_that_nothing_is_taken(data_folder, change, never) -> None:
    change(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert tasks.take("worker-1", never) is Took.NOTHING
