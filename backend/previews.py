"""The first rows of a dataset as an analyst may see them: text, with identifiers masked."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from backend.steps.columns import Column, Role, named
from backend.steps.folder import text_table
from backend.steps.masking import shown

CANONICAL = {
    Role.LABEL: "_label",
    Role.AMOUNT: "_amount",
    Role.TIME: "_time",
    Role.ENTITY: "_entity",
    Role.COUNTERPARTY: "_counterparty",
    Role.KIND: "_kind",
    Role.TARGET: "_target",
}


def of_draft(folder: Path, columns: Sequence[Column], rows: int) -> pd.DataFrame:
    """Return the first rows of a draft, every column under its own header."""
    cells = _head(text_table(folder), rows)
    return pd.DataFrame({
        column.name: [shown(value or "", column.role) for value in cells.iloc[:, place]]
        for place, column in enumerate(columns)
    })  # fmt: skip


def of_ready(path: Path, columns: Sequence[Column], clock: str, rows: int) -> pd.DataFrame:
    """Return the first rows of a ready dataset.

    Ignored columns are not kept, so not shown; several columns that make up one time or
    entity are shown once, as "User + Card".
    """
    stored = _head(path, rows)
    kept = [column for column in columns if column.role is not Role.IGNORE]
    frame = {}
    for column in kept:
        header = " + ".join(named(kept, column.role)) if column.role in CANONICAL else column.name
        source = CANONICAL.get(column.role, column.name)
        frame[header] = [shown(_text(v, column.role, clock), column.role) for v in stored[source]]
    return pd.DataFrame(frame)


def _head(path: Path, rows: int) -> pd.DataFrame:
    with pq.ParquetFile(path) as file:
        batches = file.iter_batches(batch_size=rows)
        first = next(batches, None)
        frame: pd.DataFrame = (first or file.schema_arrow.empty_table()).to_pandas()
    return frame.astype(object).where(frame.notna(), None)


def _text(value: object, role: Role, clock: str) -> str:
    if value is None:
        return ""
    if role is Role.TIME and clock == "date":
        return f"{datetime.fromtimestamp(float(str(value)), UTC):%Y-%m-%d %H:%M:%S}"
    if role is Role.LABEL:
        return str(int(float(str(value))))
    return f"{value:.15g}" if isinstance(value, float) else str(value)
