"""Reading a CSV with the card firewall on, beside plain DuckDB and Polars on the same file.

Each way has a process of its own and writes zstd Parquet. The ratio is to plain DuckDB in the
same round; a second size shows that memory does not grow with the file.
"""

import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import duckdb

from benchmarks import report
from settings import ROOT

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
OURS = """
from pathlib import Path
from backend.privacy import token
from backend.steps.duck import open_duck
from backend.steps.firewall import Firewall
from backend.steps.intake import make_readable
from backend.steps.layout import read_layout
from backend.steps.lines import find_lines
from backend.steps.normalise import to_text
path, target = Path("{path}"), Path("{target}")
make_readable(path)
layout = read_layout(path)
with open_duck(target.parent) as connection:
    firewall = Firewall(layout.headers, token)
    reading = to_text(connection, path, layout, target, firewall, lambda share: None)
find_lines(path, layout, reading.rows)
"""
WAYS = {"plain DuckDB": PLAIN, "Polars": POLARS, "Touchstone, firewall on": OURS}
PEAK = "\nimport resource\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
NOTE = (
    "Medians of rounds in which the three took turns. Touchstone's time covers the checks of "
    "every byte, parsing, card numbers to tokens, Parquet and the lines of rows; what columns "
    "mean is worked out afterwards and not in it."
)


def main() -> None:
    """Write the table of ways and sizes."""
    rows = []
    for size, rounds in SIZES.items():
        with TemporaryDirectory() as folder:
            path = Path(folder) / "transactions.csv"
            duckdb.execute(GENERATE.format(rows=size, path=path))
            taken = [_round(path) for _ in range(rounds)]
            rows += [_row(way, path, size, taken) for way in WAYS]
    report.write("ingest", "From CSV to Parquet", rows, NOTE)


def _round(path: Path) -> dict[str, tuple[float, float]]:
    return {way: _measure(program, path) for way, program in WAYS.items()}


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


def _row(
    way: str, path: Path, size: int, taken: list[dict[str, tuple[float, float]]]
) -> dict[str, str | float | int]:
    seconds = median(one[way][0] for one in taken)
    return {
        "way": way,
        "rows": size,
        "file MB": path.stat().st_size / 1e6,
        "seconds": seconds,
        "times plain DuckDB": median(one[way][0] / one["plain DuckDB"][0] for one in taken),
        "peak MB": max(one[way][1] for one in taken),
    }
