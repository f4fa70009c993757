"""A file as large as IBM's card transactions, imported by its path: seconds and memory.

The file is made here, in IBM's format with its quirks: a date over four columns, "$-25.00",
signed merchant ids of 19 digits, "91750.0", lists of errors in quotes, empty states and postcodes
online, and 51 of 350 months without any fraud. Only the file: python -m benchmarks.ibm --out x.csv
"""

import argparse
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psutil

from backend import datasets, drafts, imports
from benchmarks import report
from benchmarks.house import temporary_house
from settings import settings

ROWS = 24_386_900  # as many as the original
ROWS_PER_CARD, CARDS_PER_USER = 3_972, 3
FRAUDS = 0.00122
MONTHS, QUIET_MONTHS = 350, 51  # from January 1991 to February 2020; months without any fraud
SEED = 7
# share(k): a number from 0 to 1 that depends on row, purpose k and seed alone
GENERATE = """
CREATE MACRO share(i, k) AS (hash(i, k, {seed}) % 1000003) / 1000003.0;
COPY (
    WITH placed AS (
        SELECT i, i // {per_card} AS card, (i % {per_card} + share(i, 1)) / {per_card} AS passed
        FROM range({rows}) AS made(i)
    ), dated AS (
        SELECT *, epoch_ms((662688000000 + 920419200000 * (
            0.8 * share(card, 2) + (1 - 0.8 * share(card, 2)) * passed
        ))::BIGINT) AS moment, share(i, 3) < 0.1116 AS online, share(i, 4) < 0.0064 AS abroad,
        floor(pow(share(i, 5), 3) * 100000)::BIGINT AS merchant
        FROM placed
    ), told AS (
        SELECT *,
        ((year(moment) - 1991) * 12 + month(moment) - 1) * 37 % {months} < {quiet} AS quiet,
        round(1 - ln(1 - share(i, 6)) * 62, 2) * if(share(i, 7) < 0.032, -1, 1) AS amount,
        CASE WHEN online THEN 'ONLINE' ELSE 'Town ' || merchant % 13429 END AS city
        FROM dated
    )
    SELECT
        card // {cards} AS "User",
        card % {cards} AS "Card",
        year(moment) AS "Year",
        month(moment) AS "Month",
        day(moment) AS "Day",
        strftime(moment, '%H:%M') AS "Time",
        printf('$%.2f', amount) AS "Amount",
        CASE WHEN online THEN 'Online Transaction' WHEN year(moment) > 2014 THEN 'Chip Transaction'
            ELSE 'Swipe Transaction' END AS "Use Chip",
        hash(merchant, {seed})::HUGEINT - 9223372036854775808 AS "Merchant Name",
        city AS "Merchant City",
        CASE WHEN online THEN NULL WHEN abroad THEN 'Mexico'
            ELSE {states}[1 + merchant % len({states})] END AS "Merchant State",
        if(online OR abroad, NULL, (501 + merchant % 99449) || '.0') AS "Zip",
        {kinds}[1 + merchant % len({kinds})] AS "MCC",
        CASE WHEN share(i, 8) > 0.016 THEN NULL
            ELSE {errors}[1 + (hash(i, {seed}) % len({errors}))::INT] END AS "Errors?",
        if(NOT quiet AND share(i, 9) < {frauds} * if(online, 4, 0.62), 'Yes', 'No') AS "Is Fraud?"
    FROM told
) TO '{path}' (HEADER)
"""
STATES = ["CA", "TX", "FL", "NY", "OH", "PA", "IL", "NC", "GA", "MI", "NJ", "VA", "WA", "CO", "ID"]
KINDS = [5411, 5499, 5541, 5812, 5912, 5300, 4829, 4121, 7538, 5814, 4784, 5311, 5942, 4900, 7011]
ERRORS = [
    "Insufficient Balance,", "Insufficient Balance,", "Insufficient Balance,", "Bad PIN,",
    "Technical Glitch,", "Bad Card Number,", "Bad CVV,", "Bad Expiration,", "Bad Zipcode,",
    "Bad PIN,Insufficient Balance,", "Bad PIN,Technical Glitch,",
]  # fmt: skip
NOTE = (
    "Imported by path. Reading is one child process: bytes checked and hashed, parsed, card "
    "numbers hidden, columns understood. Accepting writes the typed Parquet. Peaks are resident "
    "memory as Linux counts it (VmHWM); the web process is the one that accepts."
)


def main(rows: int = ROWS) -> None:
    """Write the table for one file of so many rows."""
    with temporary_house() as folder:
        path = folder / "incoming" / "card_transactions.csv"
        path.parent.mkdir()
        began = time.monotonic()
        write_csv(path, rows)
        written = time.monotonic() - began
        with watched_children() as peak:
            read, dataset_id = timed(lambda: _import(path))
        accepted, _ = timed(lambda: drafts.accept(dataset_id).id)
        dataset = datasets.get(dataset_id)
        row = {
            "rows": rows,
            "file MB": path.stat().st_size / 1e6,
            "to write the file, s": written,
            "to read, s": read,
            "to accept, s": accepted,
            "child's peak MB": peak(),
            "web process's peak MB": _peak_mb("self"),
            "rows kept": dataset.rows,
            "put aside": dataset.quarantined,
            "frauds": dataset.frauds,
            "periods without labels": len(dataset.uncovered),
        }
    report.write("ibm", "A file of IBM's size and format, by path", [row], NOTE)


def write_csv(path: Path, rows: int, seed: int = SEED) -> None:
    """Write so many transactions in IBM's format; the same seed gives the same bytes."""
    expected = FRAUDS * MONTHS / (MONTHS - QUIET_MONTHS)
    statement = GENERATE.format(
        rows=rows, path=path, seed=seed, per_card=ROWS_PER_CARD, cards=CARDS_PER_USER,
        months=MONTHS, quiet=QUIET_MONTHS, frauds=expected,
        states=STATES, kinds=KINDS, errors=ERRORS,
    )  # fmt: skip
    with duckdb.connect(config={"threads": 2, "memory_limit": "2GB"}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(statement)


@contextmanager
def watched_children() -> Iterator[Callable[[], float]]:
    """Give a function that says the peak MB of any process that descends from this one."""
    peaks, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            found = psutil.Process().children(recursive=True)
            peaks[0] = max([peaks[0], *(_peak_mb(child.pid) for child in found)])

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield lambda: peaks[0]
    finally:
        done.set()
        thread.join()


def timed(work: Callable[[], int]) -> tuple[float, int]:
    """Return (seconds, what the work gave)."""
    began = time.monotonic()
    given = work()
    return time.monotonic() - began, given


def _import(path: Path) -> int:
    assert str(path.parent.resolve()) in settings.roots
    import_id = imports.start_address(str(path.resolve()))
    while (found := imports.get(import_id)).is_live:
        time.sleep(0.2)
    if found.dataset_id is None:
        raise SystemExit(found.message)
    return found.dataset_id


def _peak_mb(pid: int | str) -> float:
    try:
        told = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    peaks = [line.split()[1] for line in told.splitlines() if line.startswith("VmHWM")]
    return int(peaks[0]) * 1024 / 1e6 if peaks else 0.0


if __name__ == "__main__":
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--rows", type=int, default=ROWS)
    wanted.add_argument("--out", type=Path, help="write the file only")
    chosen = wanted.parse_args()
    if chosen.out:
        write_csv(chosen.out, chosen.rows)
    else:
        main(chosen.rows)
