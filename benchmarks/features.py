"""How fast features of the past are computed, in how much memory, and how fast for one row."""

import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from backend.simulator import write_csv
from backend.steps import archive, feature_table, shelves
from backend.steps.archive import Archive
from backend.steps.columns import Column, Role
from backend.steps.features import DAY, Plan
from benchmarks import report
from settings import ROOT

SIZES = (1_000_000, 10_000_000)
FITTED_ON = 200_000
ALONE = 50  # transactions asked one by one
COLUMNS = (
    Column("is_fraud", Role.LABEL, ""),
    Column("amount", Role.AMOUNT, ""),
    Column("booked_at", Role.TIME, ""),
    Column("card_number", Role.ENTITY, ""),
    Column("merchant", Role.COUNTERPARTY, ""),
    Column("category", Role.CATEGORY, ""),
    Column("channel", Role.CATEGORY, ""),
    Column("country", Role.CATEGORY, ""),
)
TYPED = """
COPY (
    SELECT
        row_number() OVER () - 1 AS _row, is_fraud::TINYINT AS _label, amount::DOUBLE AS _amount,
        epoch(booked_at::TIMESTAMP) AS _time, card_number AS _entity, merchant AS _counterparty,
        category, channel, country
    FROM read_csv('{csv}', all_varchar = true)
) TO '{target}' (FORMAT parquet, COMPRESSION zstd)
"""
NOTE = (
    "Simulated transactions, half a year, 340 a customer. Sorting: the rows of the dataset by "
    "customer, by merchant and by each category, on disk. Features: every feature of every row, "
    "in the order of the file. Keeping: what is sorted, as the arrays that one transaction asks. "
    "All in one process of its own, whose peak memory includes Python and the libraries. One "
    "transaction: finding its past on disk and computing its features, the median of 50 drawn at "
    "random."
)


def main() -> None:
    """Write the table of rows, features, seconds, rows a second, peak memory and one row."""
    report.write("features", "Features of the past", [_apart(rows) for rows in SIZES], NOTE)


def _apart(rows: int) -> dict[str, int | float]:
    with TemporaryDirectory() as folder:
        _run(f"make({rows}, {folder!r})")
        told = _run(f"measure({folder!r})").split()
        plan, sort, build, keep, peak = (float(word) for word in told)
        alone = float(_run(f"one_by_one({folder!r})"))
        sizes = [_megabytes(Path(folder), name) for name in ("kept/*/*", "features.parquet")]
    return {
        "rows": rows,
        "features": int(plan),
        "sorting, seconds": sort,
        "features, seconds": build,
        "keeping, seconds": keep,
        "rows a second": rows / (sort + build + keep),
        "peak MB": peak,
        "past on disk, MB": sizes[0],
        "features on disk, MB": sizes[1],
        "one transaction, ms": alone,
    }


def make(rows: int, folder: str) -> None:
    """Simulate transactions and type them as an import does."""
    csv, target = Path(folder) / "rows.csv", Path(folder) / "rows.parquet"
    write_csv(csv, rows, 7)
    duckdb.connect(config={"threads": 2}).execute(TYPED.format(csv=csv, target=target))
    csv.unlink()


def measure(folder: str) -> None:
    """Print the number of features, seconds of sorting, computing and keeping, and peak MB."""
    home = Path(folder)
    rows, plan = home / "rows.parquet", _plan(home)
    began = time.perf_counter()
    shelves.fill(plan, rows, home / "past", home)
    sorted_at = time.perf_counter()
    feature_table.build(plan, rows, home / "past", home / "features.parquet", home)
    built_at = time.perf_counter()
    archive.write(plan, home / "past", home / "kept")
    ended = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(len(plan.words), sorted_at - began, built_at - sorted_at, ended - built_at, peak)


def one_by_one(folder: str) -> None:
    """Print the median milliseconds of one transaction."""
    home = Path(folder)
    plan = _plan(home)
    past = Archive.open(plan, home / "kept")
    frame = _some(home, ALONE)
    feature_table.of_transactions(plan, frame.iloc[[0]], past)  # what is loaded only once
    taken = []
    for at in range(len(frame)):
        began = time.perf_counter()
        feature_table.of_transactions(plan, frame.iloc[[at]], past)
        taken.append(time.perf_counter() - began)
    print(np.median(taken) * 1_000)


def _plan(home: Path) -> Plan:
    return Plan.fit(_some(home, FITTED_ON), COLUMNS, delay=7.0 * DAY)


def _some(home: Path, rows: int) -> pd.DataFrame:
    """Return rows of evenly spaced row groups."""
    with pq.ParquetFile(home / "rows.parquet") as file:
        groups = np.linspace(0, file.num_row_groups - 1, min(4, file.num_row_groups)).astype(int)
        frame = file.read_row_groups(sorted({*groups.tolist()})).to_pandas()
    return frame.sample(rows, random_state=0)


def _run(call: str) -> str:
    name = call.split("(")[0]
    program = f"from benchmarks.features import {name}\n{call}"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


def _megabytes(folder: Path, pattern: str) -> float:
    return sum(path.stat().st_size for path in folder.glob(pattern)) / 1e6


if __name__ == "__main__":
    main()
