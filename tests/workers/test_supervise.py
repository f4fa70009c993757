"""A run survives its process: killed, cancelled, told to leave, or simply broken."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from backend import datasets, drafts, imports, offers, runs
from backend.simulator import write_csv
from backend.states import RunState
from settings import ROOT, settings
from workers.announce import offered
from workers.tasks import work

LONG = {"layers": 1, "epochs": 20, "batch_size": 4, "checks": 100, "max_length": 32}

pytestmark = pytest.mark.slow


@pytest.fixture
def run_id(house: Path) -> int:
    """A queued run that would train for many minutes."""
    path = house / "sample.csv"
    write_csv(path, rows=4_000, seed=3)
    with path.open("rb") as file:
        dataset = drafts.accept(imports.receive(file, "sample.csv").id)
    offers.publish("worker-1", "2 processor cores", offered())
    return runs.launch(dataset.id, "bert", "Quick check", LONG, "long")


@contextmanager
def worker(run_id: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process that works on one run as a trainer's pool process does."""
    program = f"from workers.tasks import work; work({run_id})"
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()


def until(holds: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something holds; fail when it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def training_processes(run_id: int) -> list[int]:
    """Return the processes that train a run of this test's house, read from /proc."""
    folder = str(settings.data.resolve() / "runs" / str(run_id))
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                line = (entry / "cmdline").read_bytes().decode(errors="replace")
                if folder in line and "workers.journey" in line:
                    found.append(int(entry.name))
    return found


def has_points(run_id: int) -> bool:
    run = runs.get(run_id)
    assert run.is_live, run.reason
    return len(runs.loss_curve(run_id)) >= 2


def test_a_killed_training_goes_back_to_the_queue_and_is_counted(run_id) -> None:
    with worker(run_id) as process:
        until(lambda: has_points(run_id))
        os.kill(training_processes(run_id)[0], signal.SIGKILL)
        assert process.wait(30) == 0
    run = runs.get(run_id)
    assert run.state is RunState.QUEUED and run.crashes == 1


def test_a_cancelled_training_ends_and_leaves_no_process(run_id) -> None:
    with worker(run_id) as process:
        until(lambda: has_points(run_id))
        runs.cancel(run_id)
        assert process.wait(30) == 0
    assert runs.get(run_id).state is RunState.CANCELLED
    assert training_processes(run_id) == []


def test_a_worker_told_to_leave_gives_its_run_back_at_once(run_id) -> None:
    with worker(run_id) as process:
        until(lambda: has_points(run_id))
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    run = runs.get(run_id)
    assert run.state is RunState.QUEUED and run.crashes == 0
    assert training_processes(run_id) == []


def test_a_training_does_not_outlive_its_worker(run_id, change) -> None:
    with worker(run_id) as process:
        until(lambda: has_points(run_id))
        process.kill()
        process.wait()
        until(lambda: training_processes(run_id) == [], 10)
    assert runs.get(run_id).state is RunState.RUNNING  # nobody could say so; the lease will


def test_stop_and_keep_best_scores_with_what_was_learned(run_id) -> None:
    with worker(run_id) as process:
        until(lambda: (runs.loss_curve(run_id)["part"] == "validation").any())
        runs.stop_and_keep_best(run_id)
        assert process.wait(120) == 0
    run = runs.get(run_id)
    assert run.state is RunState.SUCCEEDED, run.reason
    assert run.scored_rows > 0
    assert runs.loss_curve(run_id)["step"].max() < run.steps_total


def test_a_broken_training_is_a_sentence_for_the_analyst_and_a_trace_in_the_log(
    run_id, house, caplog
) -> None:
    datasets.parquet_path(runs.get(run_id).dataset_id).write_bytes(b"not a table")
    work(run_id)
    run = runs.get(run_id)
    assert run.state is RunState.FAILED
    assert f"logged as run {run_id}" in run.reason and "Traceback" not in run.reason
    assert "Traceback" in caplog.text


def test_a_run_told_twice_is_done_once(run_id) -> None:
    runs.cancel(run_id)
    work(run_id)
    assert runs.get(run_id).attempt == 0
