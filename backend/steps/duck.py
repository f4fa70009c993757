"""DuckDB with two threads, bounded memory and nothing fetched from outside; one table at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

MEMORY = "1GB"
THREADS = 2
GROUP = 49_152  # rows of a row group: 24 of its vectors, and what a worker scores at once
# No progress on the terminal; a footer of 2,000 columns is read once, not for every question.
CHOICES = ("TimeZone='UTC'", "enable_progress_bar=false", "parquet_metadata_cache=true")


@contextmanager
def open_duck(scratch: Path | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory DuckDB that spills to the folder `scratch`; closed when the block ends.

    Without a folder it never spills: what it reads then may be card data. Its clock is UTC: a
    timestamp without a zone is read as UTC.
    """
    limits: dict[str, str | bool | int | float | list[str]] = {
        "threads": THREADS,
        "memory_limit": MEMORY,
        "temp_directory": str(scratch / "spill") if scratch else "",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    connection = duckdb.connect(":memory:", config=limits)
    try:
        for choice in CHOICES:
            connection.execute(f"SET {choice}")
        yield connection
    finally:
        connection.close()


@dataclass(frozen=True)
class Table:
    """One table to ask. Expressions are SQL over its columns; nothing in them is a value
    from outside unless it went through `literal` or `quoted`."""

    connection: duckdb.DuckDBPyConnection
    source: str  # what stands after FROM

    def row(self, aggregates: str, where: str = "TRUE") -> tuple[Any, ...]:
        """Return the one row of some aggregates."""
        return self.rows(aggregates, where)[0]

    def rows(self, what: str, where: str = "TRUE", then: str = "") -> list[tuple[Any, ...]]:
        """Return the rows of a selection; `then` is what follows WHERE (GROUP BY, LIMIT)."""
        self.connection.execute(self._query(what, where, then))
        return self.connection.fetchall()

    def column(self, what: str, where: str = "TRUE") -> NDArray[Any]:
        """Return a selection of one column as an array (n,), in no order."""
        self.connection.execute(self._query(f"{what} AS what", where, ""))
        return np.asarray(self.connection.fetchnumpy()["what"])

    def grouped(self, column: str) -> "Table":
        """Return the different values `v` of a column and their counts `n`, kept in memory.

        There is one such table at a time: the next call replaces it.
        """
        query = self._query(f"{column} AS v, count(*) AS n", "TRUE", "GROUP BY v")
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE grouped AS {query}")
        return Table(self.connection, "grouped")

    def frame(self, what: str) -> "pd.DataFrame":
        """Return a selection of every row as a DataFrame, order kept."""
        self.connection.execute(self._query(what, "TRUE", ""))
        return self.connection.df()

    def head(self, where: str, at_most: int) -> "Table":
        """Return the first rows that satisfy a condition, as a table of their own."""
        return Table(self.connection, f"({self._query('*', where, f'LIMIT {at_most}')})")

    def selection(self, what: str, where: str = "TRUE") -> "Table":
        """Return a selection as a table of its own, worked out whenever it is asked."""
        return Table(self.connection, f"({self._query(what, where, '')})")

    def copy(self, what: str, target: Path) -> None:
        """Write a selection of every row as Parquet, order kept, in row groups of 49,152 rows."""
        query = self._query(what, "TRUE", "")
        way = f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {GROUP})"
        self.connection.execute(f"COPY ({query}) TO {literal(str(target))} {way}")

    def _query(self, what: str, where: str, then: str) -> str:
        return " ".join(("SELECT", what, "FROM", self.source, "WHERE", where, then))


def parquet_table(connection: duckdb.DuckDBPyConnection, path: Path) -> Table:
    """Return a Parquet file as a table, with `file_row_number` (0-based) beside its columns."""
    return Table(connection, f"read_parquet({literal(str(path))}, file_row_number=true)")


def quoted(name: str) -> str:
    """Return a column name as an SQL identifier, whatever characters it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"
