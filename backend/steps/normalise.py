"""From a CSV to Parquet: first every cell as text, later every column as its role asks.

The text table has one column per cell position (`c0`, `c1`, ...), so that no header ever
meets SQL before it is quoted, and as many rows as the file has readable ones, in file order.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from backend.errors import FileRefused
from backend.steps.duck import follow, parquet_table
from backend.steps.firewall import Firewall
from backend.steps.intake import SAVE_AS, line_at, unify_line_ends
from backend.steps.layout import Layout

BATCH = 122_880  # rows cleaned and written at a time
MOST_UNREADABLE = 0.05  # share of rows; beyond it something is wrong with the whole file
LONGEST_ROW = "2 MB"
REASONS = {
    "MISSING COLUMNS": "has too few columns",
    "TOO MANY COLUMNS": "has too many columns",
    "UNQUOTED VALUE": "has a quote that does not fit",
    "INVALID ENCODING": f"is not UTF-8 text. {SAVE_AS[:-1]}",
    "LINE SIZE OVER MAXIMUM": f"is longer than {LONGEST_ROW}",
}


@dataclass(frozen=True)
class Reading:
    rows: int
    unreadable: int  # rows the reader turned away: too short, too long, stray quotes, encoding


def cell(position: int) -> str:
    """Return the name a column (0-based position in the file) has in the text table."""
    return f"c{position}"


def to_text(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    layout: Layout,
    target: Path,
    firewall: Firewall,
    report: Callable[[float], None],
) -> Reading:
    """Write every readable row of a UTF-8 CSV to the text table `target`, order kept.

    What `firewall` takes out of the rows is never written.
    rows + unreadable is the number of data rows in the file; blank lines count as neither.
    Raises FileRefused for a header without rows, a quote that is never closed, and more
    than 5% of unreadable rows, naming the first line.
    """
    _read_strictly(connection, path, layout, target, firewall, report)
    rows = parquet_table(connection, target).row("count(*)")[0]
    reading = Reading(rows, _unreadable(connection))
    if rows + reading.unreadable == 0:
        raise FileRefused("The file has a header but no rows. Choose one with transactions in it.")
    _refuse_open_quote(connection, path)
    if reading.unreadable > MOST_UNREADABLE * (rows + reading.unreadable):
        raise FileRefused(_first_reject(connection, path, reading))
    return reading


def _read_strictly(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    layout: Layout,
    target: Path,
    firewall: Firewall,
    report: Callable[[float], None],
) -> None:
    try:
        _copy(connection, path, layout, target, firewall, report)
    except duckdb.InvalidInputException:  # strict reading wants one kind of line end
        unify_line_ends(path)
        try:
            _copy(connection, path, layout, target, firewall, report)
        except duckdb.InvalidInputException:
            raise FileRefused(f"The rows cannot be told apart. {SAVE_AS}") from None


def _copy(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    layout: Layout,
    target: Path,
    firewall: Firewall,
    report: Callable[[float], None],
) -> None:
    connection.execute("DROP TABLE IF EXISTS reject_errors; DROP TABLE IF EXISTS reject_scans")
    table = connection.read_csv(
        str(path),
        header=True,
        delimiter=layout.delimiter,
        quotechar='"',
        escapechar='"',
        skiprows=layout.skip,
        auto_detect=False,
        strict_mode=True,
        store_rejects=True,
        columns={cell(position): "VARCHAR" for position in range(len(layout.headers))},
    )
    follow(connection, lambda: _write(table.to_arrow_reader(BATCH), firewall, target), report)


def _write(rows: pa.RecordBatchReader, firewall: Firewall, target: Path) -> None:
    """Clean and write every batch, one being written while the next is read and cleaned."""
    with (
        pq.ParquetWriter(target, rows.schema, compression="zstd") as file,
        ThreadPoolExecutor(max_workers=1) as pool,
    ):
        before: Future[None] | None = None
        for batch in rows:
            clean = firewall.clean(batch)
            if before is not None:
                before.result()
            before = pool.submit(file.write_batch, clean)
        if before is not None:
            before.result()


def _unreadable(connection: duckdb.DuckDBPyConnection) -> int:
    # One row may break several rules at once: a row is the place where it starts.
    counted = connection.execute("SELECT count(DISTINCT line_byte_position) FROM reject_errors")
    return int(counted.fetchall()[0][0])


def _refuse_open_quote(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    found = connection.execute(
        "SELECT line_byte_position FROM reject_errors WHERE error_type = 'UNQUOTED VALUE'"
        " AND contains(rtrim(csv_line, chr(10) || chr(13)), chr(10)) ORDER BY 1 LIMIT 1"
    ).fetchall()
    if found:
        line = line_at(path, found[0][0] - 1)
        raise FileRefused(
            f"A quote opened in line {line:,} is not closed there and swallows what follows. "
            "Close it, or double it where a quote is meant."
        )


def _first_reject(connection: duckdb.DuckDBPyConnection, path: Path, reading: Reading) -> str:
    position, kind = connection.execute(
        "SELECT line_byte_position, error_type FROM reject_errors ORDER BY 1 LIMIT 1"
    ).fetchall()[0]
    share = reading.unreadable / (reading.rows + reading.unreadable)
    reason = REASONS.get(kind, "cannot be read")
    return (
        f"{reading.unreadable:,} rows ({share:.0%}) cannot be read. "
        f"The first: line {line_at(path, position - 1):,} {reason}."
    )
