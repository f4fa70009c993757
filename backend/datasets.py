"""Datasets: list them, read their rows, delete them with every trace."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import pandas as pd
import pyarrow.parquet as pq
from sqlalchemy import select

import db
from backend import drafts, simulator, uploads
from backend.dataset_view import Dataset, stored, view
from backend.errors import TouchstoneError
from backend.uploads import Progress, silent
from db import transaction

SAMPLE_NAME, SAMPLE_ROWS, SAMPLE_SEED = "sample_transactions.csv", 50_000, 7


def receive(file: BinaryIO, file_name: str, progress: Progress = silent) -> Dataset:
    """Keep a file and understand it: the draft an analyst looks over.

    The same bytes again give the dataset that is there already, draft or ready. Raises
    FileRefused with the line and a way out where the file is not a table of transactions;
    nothing of it is kept then.
    """
    upload = uploads.keep(file, progress)
    try:
        known = drafts.with_hash(upload.content_hash)
        if known is not None:
            return known
        return drafts.add(upload.folder, file_name, drafts.understand(upload, progress), "")
    finally:
        uploads.discard(upload.folder)


def receive_sample(progress: Progress = silent) -> Dataset:
    """Simulate 50,000 transactions, receive and accept them: ready to train on.

    Pressed twice it is one dataset: the simulator is seeded.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / SAMPLE_NAME
        progress(0.0, "Simulating transactions")
        simulator.write_csv(path, SAMPLE_ROWS, SAMPLE_SEED)
        with path.open("rb") as file:
            dataset = receive(file, SAMPLE_NAME, progress)
    return drafts.accept(dataset.id, progress)


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
        session.delete(row)
        session.flush()
        # Still inside: whoever receives the same bytes now waits for the hash to be free.
        uploads.discard(upload)
        uploads.discard(dataset.folder)


def use_uncovered(dataset_id: int, use: bool) -> Dataset:
    """Let runs learn from the periods without labels, as legitimate, or leave them out again."""
    with transaction() as session:
        row = stored(session, dataset_id)
        row.uses_uncovered = use
        return view(row)


def rows_of(dataset_id: int, row_numbers: Sequence[int]) -> pd.DataFrame:
    """Return rows of the Parquet by `_row`, in the order asked; unknown numbers are left out."""
    wanted = list(row_numbers)
    table = pq.read_table(parquet_path(dataset_id), filters=[("_row", "in", wanted)])
    frame = table.to_pandas().set_index("_row", drop=False)
    frame.index.name = None
    found: pd.DataFrame = frame.loc[[row for row in wanted if row in frame.index]]
    return found.reset_index(drop=True)


def parquet_path(dataset_id: int) -> Path:
    """Return where the typed rows lie. Raises TouchstoneError while it is a draft."""
    dataset = get(dataset_id)
    if not dataset.is_ready:
        raise TouchstoneError(f"{dataset.name} is not accepted yet. Accept it on the Upload page.")
    return dataset.parquet
