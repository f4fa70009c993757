"""The reaper as a process: it takes back what is lost, and leaves when it is told to."""

import subprocess
import sys

import pytest

from backend import runs
from backend.states import RunState
from settings import ROOT
from tests.backend.launching import claimed, fall_silent
from tests.backend.modelling import finished
from tests.workers.acted import until


@pytest.mark.slow
def test_it_shares_what_lies_here_from_before(house, bucket) -> None:
    finished()
    with subprocess.Popen([sys.executable, "-m", "workers.reaper"], cwd=ROOT) as reaper:
        try:
            until(lambda: "Contents" in bucket.list_objects_v2(Bucket="bank"))
        finally:
            reaper.terminate()
    assert reaper.returncode == 0


@pytest.mark.slow
def test_it_takes_back_what_is_lost_and_leaves_when_told(house, change) -> None:
    run_id = claimed().run_id
    fall_silent(run_id)
    change(lease_seconds=0.0, reaper_seconds=0.1)
    with subprocess.Popen([sys.executable, "-m", "workers.reaper"], cwd=ROOT) as reaper:
        try:
            until(lambda: runs.get(run_id).state is RunState.QUEUED)
        finally:
            reaper.terminate()
    assert reaper.returncode == 0 and runs.get(run_id).crashes == 1
