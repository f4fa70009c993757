"""Several processes of one training are started, asked and ended as if they were one."""

import pytest

from backend import fleet, rescue, runs
from backend.states import RunState
from tests.backend.launching import put
from tests.workers.acted import PACE, ended, learned, learns, queued, trainings, until, worker
from tests.workers.acting.acts import STEPS

pytestmark = pytest.mark.slow

RANKS = 2


def test_several_processes_are_ended_with_their_supervisor_and_hear_a_wish(house, change) -> None:
    """F25 with ranks, whose sessions are their own; the wish reaches the one that tells."""
    change(**PACE | {"hang_seconds": 60.0})
    fleet.register("worker-1", "2 processor cores", "cpu", RANKS)
    run_id = queued("learn")
    put(run_id, devices=RANKS)
    with worker() as process:
        until(lambda: learns(run_id))
        assert len(trainings()) == 1 + RANKS
        process.kill()
        process.join()
        until(lambda: trainings() == [])
    until(lambda: rescue.take_back() == [run_id])

    fleet.register("worker-1", "2 processor cores", "cpu", RANKS)  # the lease of this one is short
    with worker() as process:
        until(lambda: learned(run_id) > runs.get(run_id).resumed_step > 0)
        runs.stop_and_keep_best(run_id)
        ended(process)
    run = runs.get(run_id)
    assert run.state is RunState.SUCCEEDED, run.reason
    assert learned(run_id) < STEPS
