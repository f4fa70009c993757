"""A bell, however often it rings, starts what may be started here, once."""

import gc
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from backend import attempts, fleet, runs
from backend.states import RunState
from tests.backend.launching import queue_many
from tests.workers.acted import ACTING, PACE, queued, trainings
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


@pytest.mark.slow
def test_run_after_run_leaves_nothing_in_the_worker(house, never, change, monkeypatch) -> None:
    """F27, in short: neither memory, nor files, nor threads, nor processes."""
    change(**PACE)
    monkeypatch.setenv("PYTHONPATH", ACTING)
    held = []
    gc.collect()
    for _ in range(5):
        run_id = queued("finish_at_once")
        assert tasks.take("worker-1", never) is Took.RUN
        assert runs.get(run_id).state is RunState.SUCCEEDED
        held.append((threading.active_count(), open_files()))
    (threads, opened), (threads_later, opened_later) = held[1], held[-1]
    assert threads_later <= threads
    assert not Counter(opened_later) - Counter(opened)
    assert trainings() == []


def open_files() -> list[str]:
    """Return what this process holds open, but for the database's pool of connections."""
    handles = Path("/proc/self/fd").iterdir()
    names = []
    for handle in handles:
        with suppress(FileNotFoundError):  # the one that looks, and what closes meanwhile
            names.append(str(handle.readlink()))
    return sorted(name for name in names if "touchstone.db" not in name)
