"""What lies in the folder of a draft until it is accepted: its rows as text, and their lines."""

from pathlib import Path

from duckdb import DuckDBPyConnection

from backend.errors import TouchstoneError
from backend.steps.duck import Table, parquet_table

LINES = "lines.npy"


def text_table(folder: Path) -> Path:
    """Return where the text table of a draft lies."""
    return folder / "text.parquet"


def rejects_table(folder: Path) -> Path:
    """Return where the rows lie that the reader put aside; see steps/quarantine.py."""
    return folder / "rejects.parquet"


def open_table(connection: DuckDBPyConnection, folder: Path) -> Table:
    """Return the text table of a draft, with `file_row_number` beside it.

    Raises TouchstoneError when its files are gone.
    """
    if not text_table(folder).is_file():
        raise TouchstoneError("The upload is gone. Delete the draft and drop the file again.")
    return parquet_table(connection, text_table(folder))
