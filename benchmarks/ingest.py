"""Reading a CSV as the product reads it, beside plain DuckDB and Polars on the same file.

Ours runs in its child process, firewall on, with what columns mean worked out afterwards and
timed apart. The others have a process of their own and write zstd Parquet. The ratio is to plain
DuckDB in the same round; a second size shows that memory does not grow with the file.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import duckdb

from backend import children
from backend.reading import READING, ReadingOrder, ReadingTold, understand
from backend.uploads import Origin
from benchmarks import report
from settings import ROOT, settings

SIZES = {5_000_000: 3, 25_000_000: 1}  # rows -> rounds
GENERATE = """
COPY (
    SELECT
        i AS trans_num,
        strftime(TIMESTAMP '2023-01-01' + INTERVAL (i * 7) SECOND, '%Y-%m-%d %H:%M:%S') AS moment,
        4000000000000000 + (hash(i % 20000) % 999999999999)::BIGINT AS cc_num,
        'Shop ' || (hash(i + 1) % 700) || ' and Sons' AS merchant,
        'category ' || (hash(i + 2) % 14) AS category,
        round((hash(i + 3) % 100000) / 100.0, 2) AS amt,
        CASE hash(i % 20000 + 4) % 2 WHEN 0 THEN 'F' ELSE 'M' END AS gender,
        round((hash(i + 5) % 9000000) / 100000.0 - 45, 6) AS merch_lat,
        round((hash(i + 6) % 18000000) / 100000.0 - 90, 6) AS merch_long,
        (hash(i + 7) % 200 = 0)::INT AS is_fraud
    FROM range({rows}) AS made(i)
) TO '{path}' (HEADER)
"""
PLAIN = """
import duckdb
duckdb.connect(config={{"threads": 2}}).execute(
    "COPY (SELECT * FROM read_csv('{path}', all_varchar = true)) "
    "TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
)
"""
POLARS = """
import polars
polars.scan_csv("{path}", infer_schema=False).sink_parquet("{target}", compression="zstd")
"""
DUCK, OURS, AFTER = "plain DuckDB", "Touchstone, firewall on", "Touchstone, columns understood"
PEAK = "\nimport resource\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
ROOMY = children.Limits(memory_mb=8_000)  # what is measured is not to be ended
NOTE = (
    "Medians of rounds in which the three took turns. Touchstone's first row is the child process "
    "until every row is on disk: start, checks and SHA-256 of every byte, a pipe in place of the "
    "file, parsing, card numbers to tokens, Parquet, rejected rows, the lines of rows. Its second "
    "row adds what columns mean, which types they get and the counts of the draft."
)

Taken = dict[str, tuple[float, float]]  # way -> seconds, peak MB


def main() -> None:
    """Write the table of ways and sizes."""
    rows = []
    for size, rounds in SIZES.items():
        with TemporaryDirectory() as folder:
            path = Path(folder) / "transactions.csv"
            duckdb.execute(GENERATE.format(rows=size, path=path))
            taken = [_round(path) for _ in range(rounds)]
            rows += [_row(way, path, size, taken) for way in taken[0]]
    report.write("ingest", "From CSV to Parquet", rows, NOTE)


def read(order: ReadingOrder, tell: Callable[[ReadingTold], None]) -> tuple[float, float, float]:
    """Read a file in the child; return (peak MB, its clock when read, its clock at the end)."""
    stages: list[float] = []

    def note(news: ReadingTold) -> None:
        if news.stage != READING and not stages:
            stages.append(time.monotonic())
        tell(news)

    understand(order, note)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return peak, stages[0], time.monotonic()


def _round(path: Path) -> Taken:
    return {DUCK: _measure(PLAIN, path), "Polars": _measure(POLARS, path), **_ours(path)}


def _ours(path: Path) -> Taken:
    settings.__dict__["import_roots"] = str(path.parent)  # frozen, but for the files measured
    with TemporaryDirectory() as folder:
        origin = Origin(path.name, str(path), path.stat().st_size)
        keys = Path(folder) / "keys" / "ring.json"
        order = ReadingOrder(origin, Path(folder) / "draft", "benchmark", keys)
        began = time.monotonic()  # one clock for all processes of the machine
        peak, done, ended = children.run(read, order, limits=ROOMY)
    return {OURS: (done - began, peak), AFTER: (ended - began, peak)}


def _measure(program: str, path: Path) -> tuple[float, float]:
    """Return (seconds, peak MB) of one way in a process of its own, start included."""
    target = path.with_name("written.parquet")
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program.format(path=path, target=target) + PEAK],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    seconds = time.monotonic() - began
    target.unlink()
    return seconds, float(done.stdout.split()[-1])  # DuckDB may print its progress before it


def _row(way: str, path: Path, size: int, taken: list[Taken]) -> dict[str, str | float | int]:
    return {
        "way": way,
        "rows": size,
        "file MB": path.stat().st_size / 1e6,
        "seconds": median(one[way][0] for one in taken),
        "times plain DuckDB": median(one[way][0] / one[DUCK][0] for one in taken),
        "peak MB": max(one[way][1] for one in taken),
    }
