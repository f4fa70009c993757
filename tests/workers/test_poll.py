"""A trainer, whole: it hears, looks by itself, shares, and leaves without a trace."""

import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backend import fleet, rescue, runs
from backend.states import RunState
from settings import ROOT, environment
from tests.backend.launching import LONG_AGO, put
from tests.workers.acted import ACTING, PACE, learned, learns, queued, trainings, until
from workers import poll, processes
from workers.device import worker_name

pytestmark = pytest.mark.slow

PROCFILE = (ROOT / "Procfile").read_text().splitlines()


@pytest.fixture(autouse=True)
def quick_house(house: Path, valkey: str, change) -> None:
    """A house that does in seconds what it does in minutes, with a broker of its own."""
    change(**PACE, broker_url=valkey)


@contextmanager
def trainer(**changed: str) -> Iterator[subprocess.Popen[bytes]]:
    """A trainer as the Procfile starts it, entered and heard; nothing of it may be left."""
    program = dict(line.split(": ", 1) for line in PROCFILE if ": " in line)["trainer"]
    command = [sys.executable, *shlex.split(program)[1:]]
    surroundings = environment(PYTHONPATH=ACTING, PYTHONWARNINGS="ignore", **changed)
    process = subprocess.Popen(command, cwd=ROOT, env=surroundings, start_new_session=True)
    try:
        until(lambda: worker_name(process.pid) in {worker.name for worker in fleet.alive()})
        yield process
    finally:
        below = processes.below(process.pid)
        process.terminate()
        process.wait(60)
        try:  # one that was just being started notices within moments that it is alone (F25)
            until(lambda: not _left(below))
        finally:
            processes.kill(_left(below))


def _left(family: list[processes.Process]) -> list[processes.Process]:
    return [each for each in family if processes.look(each.number) is not None]


def is_over(run_id: int) -> bool:
    return not runs.get(run_id).is_live


def test_a_trainer_hears_drains_and_leaves() -> None:
    """F06, F07: `queued` rings nobody. F22: only the main process is told, as a container's is."""
    with trainer() as main:
        name = worker_name(main.pid)
        fleet.drain(name, True)
        run_id = queued("finish_at_once")
        with pytest.raises(AssertionError, match="in time"):
            until(lambda: runs.get(run_id).attempt, 2)
        fleet.drain(name, False)
        until(lambda: is_over(run_id))
        assert runs.get(run_id).state is RunState.SUCCEEDED

        run_id = queued("learn")
        until(lambda: learns(run_id))
        main.terminate()
        assert main.wait(60) == 0
    run = runs.get(run_id)
    assert (run.state, run.crashes) == (RunState.QUEUED, 0)
    assert run.checkpoint_step == learned(run_id)
    assert fleet.listed() == []


def test_two_trainers_share_what_waits_and_one_takes_over_from_the_other() -> None:
    """F11: while one does a long run the other does the short ones. F01, F25: one is killed."""
    with trainer() as one, trainer() as other:
        long = queued("learn_slowly")
        until(lambda: learns(long, 3))
        doing, idle = (
            (one, other) if runs.get(long).worker == worker_name(one.pid) else (other, one)
        )
        short = [queued("finish_at_once") for _ in range(3)]
        until(lambda: all(is_over(run_id) for run_id in short))
        assert runs.get(long).state is RunState.RUNNING
        assert {runs.get(run_id).attempt for run_id in short} == {1}

        doing.kill()
        until(lambda: trainings() == [])
        until(lambda: rescue.take_back() == [long])
        until(lambda: runs.get(long).attempt == 2)
        assert runs.get(long).worker == worker_name(idle.pid)
        until(lambda: learned(long) > runs.get(long).resumed_step > 0)
        runs.cancel(long)
        until(lambda: is_over(long))


def test_a_trainer_that_can_take_nothing_ends_so_that_it_is_started_anew() -> None:
    """F08: a run waits for longer than it may, and three looks of its own came to nothing."""
    with trainer(TOUCHSTONE_TEST_DEAF="1") as main:
        put(queued("learn"), created_at=LONG_AGO)
        assert main.wait(60) == poll.STARTED_ANEW
