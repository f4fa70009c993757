"""A DuckDB connection of our own: two threads, bounded memory, nothing fetched from outside."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, TimeoutError
from contextlib import contextmanager
from pathlib import Path

import duckdb

MEMORY = "1GB"
THREADS = 2
CHOICES = ("TimeZone='UTC'", "enable_progress_bar=true", "enable_progress_bar_print=false")
LOOK_EVERY_SECONDS = 0.1


@contextmanager
def open_duck(scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory DuckDB that spills to the folder `scratch`; closed when the block ends.

    Its clock is UTC: a timestamp without a zone is read as UTC.
    """
    limits: dict[str, str | bool | int | float | list[str]] = {
        "threads": THREADS,
        "memory_limit": MEMORY,
        "temp_directory": str(scratch / "spill"),
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


def follow(
    connection: duckdb.DuckDBPyConnection, work: Callable[[], None], report: Callable[[float], None]
) -> None:
    """Run `work` on this connection while `report` is called with the share done, 0 to 1.

    Raises whatever `work` raises.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        running = pool.submit(work)
        while True:
            try:
                running.result(timeout=LOOK_EVERY_SECONDS)
                return
            except TimeoutError:
                if running.done():
                    raise
                report(max(0.0, connection.query_progress()) / 100)


def quoted(name: str) -> str:
    """Return a column name as an SQL identifier, whatever characters it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"
