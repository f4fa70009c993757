"""Datasets: list them, read their rows, delete them with every trace."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import select, update

import db
from backend import store, uploads
from backend.dataset_view import Dataset, stored, view
from backend.errors import TouchstoneError
from backend.steps.folder import rejects_table
from backend.steps.quarantine import SCHEMA
from db import settle, transaction


def get(dataset_id: int) -> Dataset:
    """Return one dataset. Raises DatasetNotFound when no dataset has this id."""
    with transaction(reading=True) as session:
        return view(stored(session, dataset_id))


def list_all() -> list[Dataset]:
    """Return every dataset, drafts included, newest first; empty before the first upload."""
    with transaction(reading=True) as session:
        rows = session.scalars(select(db.Dataset).order_by(db.Dataset.id.desc()))
        return [view(row) for row in rows]


def delete(dataset_id: int) -> None:
    """Delete a dataset and its files. Raises TouchstoneError while runs use it."""
    dataset = get(dataset_id)
    upload = uploads.folder_of(dataset.content_hash)
    with uploads.alone(upload), transaction() as session:
        row = stored(session, dataset_id)
        used = session.scalar(select(db.Run.id).where(db.Run.dataset_id == dataset_id).limit(1))
        if used is not None:
            raise TouchstoneError(f"Runs were trained on {row.name}. Delete those runs first.")
        named = db.Recipe.file_name == row.file_name
        session.execute(update(db.Recipe).where(named).values(file_name=""))
        session.delete(row)
        session.flush()
        # Still inside: whoever receives the same bytes now waits for the hash to be free.
        uploads.discard(upload)
        uploads.discard(dataset.folder)
        store.discard(dataset.folder)
    settle()


def use_uncovered(dataset_id: int, use: bool) -> Dataset:
    """Let runs learn from the periods without labels, as legitimate, or leave them out again."""
    with transaction() as session:
        row = stored(session, dataset_id)
        row.uses_uncovered = use
        return view(row)


def quarantine(dataset_id: int, limit: int = 100, offset: int = 0) -> pd.DataFrame:
    """Return rows that were put aside, in file order, `limit` of them from `offset` on.

    Columns: line (int, 1-based, where the row starts), reason (a key of
    steps.quarantine.REASONS), column (header, missing where it is about the whole row), text
    (what stood there, safe to show). Of a draft, those the reader turned away. Empty when
    none was put aside.
    """
    dataset = get(dataset_id)
    home = uploads.folder_of(dataset.content_hash)
    path = store.fetched(dataset.quarantine) if dataset.is_ready else rejects_table(home)
    found = pq.read_table(path) if path.is_file() else pa.Table.from_pylist([], SCHEMA)
    frame: pd.DataFrame = found.slice(offset, limit).to_pandas()
    return frame


def rows_of(dataset_id: int, row_numbers: Sequence[int]) -> pd.DataFrame:
    """Return rows of the Parquet by `_row`, in the order asked; unknown numbers are left out."""
    wanted = list(row_numbers)
    table = pq.read_table(parquet_path(dataset_id), filters=[("_row", "in", wanted)])
    frame = table.to_pandas().set_index("_row", drop=False)
    frame.index.name = None
    found: pd.DataFrame = frame.loc[[row for row in wanted if row in frame.index]]
    return found.reset_index(drop=True)


def parquet_path(dataset_id: int) -> Path:
    """Return where the typed rows lie, fetched when they do not lie on this machine.

    Raises TouchstoneError while it is a draft, and when they are gone.
    """
    dataset = get(dataset_id)
    if not dataset.is_ready:
        raise TouchstoneError(f"{dataset.name} is not accepted yet. Accept it on the Upload page.")
    return store.fetched(dataset.parquet)
