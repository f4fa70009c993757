"""Workers that do runs whose training is an act: real processes, and seconds instead of minutes."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from backend import runs
from backend.runs import Run
from settings import environment, settings
from tests.backend.launching import put, queue_many
from tests.workers.acting.acts import SCORES
from workers import processes, tasks

ACTING = str(Path(__file__).parent / "acting")
PACE = {  # what production does in minutes
    "heartbeat_seconds": 0.2,
    "lease_seconds": 2.0,
    "retry_seconds": 0.1,
    "poll_seconds": 0.5,
    "reaper_seconds": 0.5,
    "hang_seconds": 5.0,
    "spare_mb": 1,
}

CONTEXT = get_context("forkserver")  # a worker starts at once, with all it needs imported
CONTEXT.set_forkserver_preload(["tests.workers.acted"])


def queued(act: str) -> int:
    """Queue a run whose training is this act, and whose scores are those of three rows."""
    lay_out_scores(settings.data)
    run_id = queue_many(1)[0]
    put(run_id, options={"act": act})
    return run_id


def lay_out_scores(data: Path) -> None:
    """Write what every act ends with into a data folder."""
    scores = {"row": [0, 1, 2], "part": ["test"] * 3, "score": [0.1, 0.2, 0.9]}
    known = {"label": [0, 0, 1], "amount": [1.0, 2.0, 3.0], "time": [0.0, 1.0, 2.0]}
    pq.write_table(pa.table({**scores, **known}), data / SCORES)


@contextmanager
def worker(name: str = "worker-1", acts: bool = True) -> Iterator[BaseProcess]:
    """A process that does runs until none is left, as a trainer starts one beside its queue.

    With `acts` its trainings are acts, and nothing else can be done.
    """
    surroundings = environment(**({"PYTHONPATH": ACTING} if acts else {}))
    process = CONTEXT.Process(target=_work, args=(name, dict(settings.__dict__), surroundings))
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def _work(name: str, chosen: dict[str, Any], surroundings: dict[str, str]) -> None:
    settings.__dict__.update(chosen)
    os.environ.update(surroundings)
    raise SystemExit(tasks.main(name, os.getppid()))


def ended(process: BaseProcess, seconds: float = 300) -> int:
    """Wait for a worker to end and return its exit code; nothing it started may be left."""
    process.join(seconds)
    assert process.exitcode is not None, "it did not end in time"
    assert trainings() == []
    return process.exitcode


def done(run_id: int) -> Run:
    """Let a worker do a run once, whatever it waits for, and return what became of it."""
    put(run_id, waits_until=None)
    with worker() as process:
        assert ended(process) == tasks.Took.RUN
    return runs.get(run_id)


def hold_still(number: int) -> None:
    """Stop a process at a moment when it does not hold SQLite's one lock, which all need."""
    while True:
        try:
            os.kill(number, signal.SIGSTOP)
        except ProcessLookupError:  # it has ended
            return
        try:
            with closing(sqlite3.connect(settings.data / "touchstone.db", timeout=0.5)) as database:
                database.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError:
            os.kill(number, signal.SIGCONT)
            time.sleep(0.02)


def until(holds: Callable[[], object], seconds: float = 300) -> None:
    """Wait until something holds; fail when it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def trainings() -> list[int]:
    """Return the training processes of this test's house."""
    folder = str(settings.data.resolve() / "runs")
    return [
        process.number
        for process in processes.running()
        if any(word.startswith(folder) for word in processes.arguments(process.number))
    ]


def learned(run_id: int) -> int:
    """Return the last step on the curve of a run; 0 before the first."""
    steps = runs.loss_curve(run_id)["step"]
    return int(steps.max()) if len(steps) else 0


def learns(run_id: int, step: int = 25) -> bool:
    """Tell whether a run has come so far; fails when it ended before."""
    run = runs.get(run_id)
    assert run.is_live, run.reason
    return learned(run_id) >= step
