"""From a CSV to Parquet: first every cell as text, later every column as its role asks.

The text table has one column per cell position (`c0`, `c1`, ...), so that no header ever
meets SQL before it is quoted, and as many rows as the file has readable ones, in file order.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from backend.errors import FileRefused
from backend.steps.firewall import Firewall
from backend.steps.intake import SAVE_AS
from backend.steps.layout import Layout
from backend.steps.lines import LINE_FEED, Numbers, Tall

REPEATS = 4  # rows per different value from which a column is worth a dictionary
BATCH = 122_880  # rows cleaned and written at a time
LONGEST_CELL = 32 * 1024  # bytes


class LongCell(FileRefused):
    """A cell is longer than a transaction's could be."""

    def __init__(self) -> None:
        super().__init__("A cell is longer than 32 KB.")


def cell(position: int) -> str:
    """Return the name a column (0-based position in the file) has in the text table."""
    return f"c{position}"


@dataclass
class Written:
    """What of a file stands in its text table so far."""

    rows: int = 0
    tall: list[tuple[Numbers, Numbers]] = field(default_factory=list)  # by batch

    def heights(self) -> Tall:
        """Return the rows with line ends in their cells."""
        places = [np.empty(0, dtype=np.int64), *(found for found, _ in self.tall)]
        extra = [np.empty(0, dtype=np.int64), *(count for _, count in self.tall)]
        return Tall(np.concatenate(places), np.concatenate(extra))

    def look(self, batch: pa.RecordBatch) -> None:
        """Take in a batch as it was read. Raises LongCell for a cell over 32 KB."""
        ends = [_ends_by_row(column) for column in batch.columns]
        met = [found for found in ends if found is not None]
        if met:
            count = np.sum(met, axis=0)
            places = np.flatnonzero(count)
            self.tall.append((places + self.rows, count[places]))
        self.rows += len(batch)


def to_text(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    layout: Layout,
    target: Path,
    firewall: Firewall,
    written: Written,
) -> None:
    """Write every readable row of a CSV to the text table `target`.

    `source` is a path with UTF-8 and line feeds, read once from start to end; the rows turned
    away stay with the connection (see steps/rejects.py). What `firewall` takes out of the
    rows is never written. `written` follows. Raises LongCell for a cell over 32 KB, FileRefused
    where the rows cannot be told apart.
    """
    table = connection.read_csv(
        source,
        header=layout.named,
        delimiter=layout.delimiter,
        quotechar='"',
        escapechar='"',
        skiprows=layout.skip,
        auto_detect=False,
        strict_mode=True,
        store_rejects=True,
        columns={cell(position): "VARCHAR" for position in range(len(layout.headers))},
    )
    try:
        _write(table.to_arrow_reader(BATCH), firewall, target, written)
    except duckdb.InvalidInputException:
        raise FileRefused(f"The rows cannot be told apart. {SAVE_AS}") from None


def _write(rows: pa.RecordBatchReader, firewall: Firewall, target: Path, written: Written) -> None:
    """Clean and write every batch, one being written while the next is read and cleaned."""
    with _Table(target, rows.schema) as table, ThreadPoolExecutor(max_workers=1) as pool:
        before: Future[None] | None = None
        for batch in rows:
            written.look(batch)
            clean = firewall.clean(batch)
            if before is not None:
                before.result()
            before = pool.submit(table.add, clean)
        if before is not None:
            before.result()


class _Table:
    """A Parquet file of text, opened with the first rows that it gets.

    Only columns whose values repeat are worth a dictionary; building one and giving it up
    takes a third of the time of writing. Minima and maxima are of no use: all is read.
    """

    def __init__(self, target: Path, schema: pa.Schema) -> None:
        self.target, self.schema = target, schema
        self._file: pq.ParquetWriter | None = None

    def __enter__(self) -> "_Table":
        return self

    def add(self, batch: pa.RecordBatch) -> None:
        """Write a batch as a row group of its own."""
        if self._file is None:
            self._file = self._opened(batch)
        self._file.write_batch(batch)

    def __exit__(self, *_how: object) -> None:
        file = self._file or self._opened(self.schema.empty_table())
        file.close()

    def _opened(self, first: pa.RecordBatch | pa.Table) -> pq.ParquetWriter:
        repeat = [
            name
            for name in self.schema.names
            if len(first) > REPEATS * len(first.column(name).unique())
        ]
        return pq.ParquetWriter(
            self.target,
            self.schema,
            compression="zstd",
            use_dictionary=repeat,
            write_statistics=False,
        )


def _ends_by_row(column: pa.Array) -> Numbers | None:
    """Return how many line ends each cell (n,) holds; None where none does.

    Raises LongCell for a cell over 32 KB.
    """
    _, offsets, data = column.buffers()
    bounds = np.frombuffer(offsets, np.int32)[column.offset :][: len(column) + 1]
    if len(column) == 0 or data is None:
        return None
    if int(np.diff(bounds).max()) > LONGEST_CELL:
        raise LongCell
    ends = np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]] == LINE_FEED
    if not ends.any():
        return None
    rows = np.searchsorted(bounds, np.flatnonzero(ends) + bounds[0], side="right") - 1
    return np.bincount(rows, minlength=len(column)).astype(np.int64)
