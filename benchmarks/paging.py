"""A million scores: how long storing them takes, and that the last page is as fast as the first."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from backend import attempts, predictions, score_store
from backend.predictions import Filters
from benchmarks import report
from benchmarks.house import temporary_house
from db import Dataset, Run, transaction

ROWS = 1_000_000
REPEATS = 50


def main() -> None:
    """Write the table of what is done and its milliseconds, and as a ratio to the first page."""
    with temporary_house() as folder:
        run_id, number = _claimed_run()
        path = _scores(folder / "scores.parquet")
        began = time.monotonic()
        score_store.store(path, run_id, (run_id, number))
        stored = time.monotonic() - began
        filters, deep = Filters(), f"after:0.001:{ROWS}"
        times = {
            "first page of 50": _median(lambda: predictions.page(run_id, filters)),
            "page at the far end": _median(lambda: predictions.page(run_id, filters, deep)),
            "sums over all rows": _median(lambda: predictions.totals(run_id, filters), 5),
        }
    first = times["first page of 50"]
    rows = [
        {"what": what, "median ms": 1000 * seconds, "times the first page": seconds / first}
        for what, seconds in times.items()
    ]
    note = f"Stored {ROWS:,} scores in {stored:.1f} s, {ROWS / stored:,.0f} a second (SQLite)."
    report.write("paging", "A million scores", rows, note)


def _median(action: Callable[[], object], repeats: int = REPEATS) -> float:
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        action()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def _claimed_run() -> tuple[int, int]:
    with transaction() as session:
        now = datetime.now(UTC)
        dataset = Dataset(name="bench", file_name="bench.csv", state="ready", content_hash="bench")
        dataset.bytes, dataset.dialect, dataset.created_at = 0, "general", now
        session.add(dataset)
        session.flush()
        run = Run(kind="train", name="bench", dataset_id=dataset.id, family="logistic", preset="")
        run.idem_key, run.state, run.created_at = "bench", "queued", now
        session.add(run)
        session.flush()
        run_id = run.id
    attempt = attempts.claim(run_id, "bench")
    assert attempt is not None
    return run_id, attempt.number


def _scores(path: Path) -> Path:
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "row": np.arange(ROWS),
            "part": "test",
            "score": draw.random(ROWS),
            "label": (draw.random(ROWS) < 0.01).astype("int8"),
            "amount": draw.gamma(2, 30, ROWS),
            "time": np.arange(ROWS, dtype=float),
        }
    )
    frame.to_parquet(path)
    return path
