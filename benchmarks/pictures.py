"""How fast the page of a large dataset is drawn: counted for the first time, and found again.

Each measurement has a process of its own: the counts alone, as the page asks for them, and the
whole script of the page, charts included, as Streamlit runs it. A browser is not in it.
"""

import subprocess
import sys
from datetime import UTC, datetime
from statistics import median
from typing import Any

import duckdb

from benchmarks import report
from benchmarks.house import temporary_house
from db import Dataset, transaction
from settings import ROOT, environment, settings

SIZES = (1_000_000, 5_000_000)
ROUNDS = 3
CATEGORIES = ("category", "gender", "city", "zip")
ROWS = """
COPY (
    SELECT
        i AS _row,
        CASE WHEN hash(i + 7) % 200 = 0 THEN 1 ELSE 0 END::TINYINT AS _label,
        round((hash(i + 3) % 100000) / 100.0 - 5, 2)::DOUBLE AS _amount,
        (1672531200 + i * 7)::DOUBLE AS _time,
        'v1:' || md5((hash(i % 20000))::VARCHAR) AS _entity,
        'Shop ' || (hash(i + 1) % 700) || ' and Sons' AS _counterparty,
        'category ' || (hash(i + 2) % 14) AS category,
        CASE WHEN i % 5 = 0 THEN NULL WHEN i % 2 = 0 THEN 'F' ELSE 'M' END AS gender,
        'city ' || (hash(i + 11) % 900) AS city,
        'zip ' || (hash(i + 12) % 100000) AS zip,
        round((hash(i + 5) % 9000000) / 100000.0 - 45, 6)::DOUBLE AS latitude
    FROM range({rows}) AS made(i)
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""
COUNTS = "from backend import pictures\nwork = lambda: pictures.paint({id})"
PAGE = """
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
app = AppTest.from_file("ui/app.py", default_timeout=120)
app._page_hash = calc_hash("datasets")
app.query_params["dataset"] = "{id}"
def work():
    app.run()
    assert not app.exception and len(app.get("plotly_chart")) == 6
"""
WARM = """
work()
if {afresh}:
    for path in __import__("pathlib").Path("{folder}").glob("pictures-*"):
        path.unlink()
"""
TIMED = """
import resource, time
began = time.perf_counter()
work()
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
NOTE = (
    "Medians of {rounds} rounds. Four category columns, one of them with 100,000 values, and 700 "
    "merchants; DuckDB with two threads and 1 GB. The page is Streamlit's script with six charts. "
    "The process has drawn it once before, as a server has."
)


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Write the table of sizes, of what is drawn, counted anew or found, with peak memory."""
    rows: list[dict[str, Any]] = []
    for size in sizes:
        with temporary_house():
            dataset_id = _dataset(size)
            for what, program in (("counts", COUNTS), ("page", PAGE)):
                rows += [_row(what, program, dataset_id, size, afresh) for afresh in (True, False)]
    report.write("pictures", "First paint of a dataset's page", rows, NOTE.format(rounds=ROUNDS))


def _dataset(size: int) -> int:
    folder = settings.data / "datasets" / "bench"
    folder.mkdir(parents=True)
    duckdb.connect().execute(ROWS.format(rows=size, path=folder / "rows.parquet"))
    roles = dict.fromkeys(CATEGORIES, "category") | {"merchant": "counterparty", "paid": "amount"}
    roles |= {"moment": "time", "is_fraud": "label", "latitude": "number"}
    with transaction() as session:
        row = Dataset(
            name="bench", file_name="bench.csv", state="ready", content_hash="bench", bytes=0,
            dialect="general", rows=size, frauds=size // 200, clock="date",
            columns=[{"name": name, "role": role, "why": "made"} for name, role in roles.items()],
            created_at=datetime.now(UTC),
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def _row(what: str, program: str, dataset_id: int, size: int, afresh: bool) -> dict[str, Any]:
    folder = settings.data / "datasets" / "bench"
    whole = (program + WARM).format(id=dataset_id, afresh=afresh, folder=folder) + TIMED
    taken = [_measure(whole) for _ in range(ROUNDS)]
    return {
        "rows": size,
        "what": what,
        "counts are": "made anew" if afresh else "found",
        "seconds": median(seconds for seconds, _ in taken),
        "peak MB": max(peak for _, peak in taken),
    }


def _measure(program: str) -> tuple[float, float]:
    """Return (seconds, peak MB) of one process; loading the program is not in the seconds."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT, capture_output=True, text=True, check=True,
        env=environment(TOUCHSTONE_DATA=str(settings.data)),
    )  # fmt: skip
    seconds, peak = map(float, done.stdout.split()[-2:])
    return seconds, peak
