"""A new trainer ends the trainings that nobody listens to, and no others."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from settings import ROOT, settings
from tests.workers.acted import until
from workers import processes, sweep
from workers.order import FILE


@contextmanager
def training(supervisor: int, began: int, place: str = "runs") -> Iterator[subprocess.Popen[bytes]]:
    """A process as a supervisor with this number and start would have left it."""
    folder = (settings.data / place / "1" / "1").resolve()
    folder.mkdir(parents=True)
    (folder / FILE).write_text(json.dumps({"supervisor": supervisor, "supervisor_began": began}))
    sleep = "import time; time.sleep(1003)"
    command = [sys.executable, "-c", sleep, "workers.journey", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True) as process:
        try:
            until(lambda: processes.arguments(process.pid)[-1:] == [str(folder)])
            yield process
        finally:
            process.kill()


def test_one_whose_supervisor_is_gone_is_ended(data_folder) -> None:
    """F25: also when another process got the number of the supervisor."""
    with training(os.getpid(), began=1) as process:
        assert sweep.end_orphans() == [process.pid]
        until(lambda: processes.look(process.pid) is None)


@pytest.mark.parametrize("place", ["runs", "../elsewhere"])
def test_others_are_left_alone(data_folder, place, tmp_path, change) -> None:
    change(data=tmp_path / "data")
    me = processes.look(os.getpid())
    began = me.began if place == "runs" else 1
    with training(me.number, began, place) as process:
        assert sweep.end_orphans() == []
        assert process.poll() is None
