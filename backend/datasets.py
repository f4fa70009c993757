"""Datasets: keep an upload, say how it was understood, accept it, show it, delete it."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import pandas as pd
import pyarrow.parquet as pq
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import db
from backend import drafts, previews, simulator, uploads
from backend.dataset_view import DRAFT, READY, Dataset, view
from backend.drafts import Understanding
from backend.errors import DatasetNotFound, FileRefused, TouchstoneError
from backend.steps import cards, weeks
from backend.steps.canonical import Summary
from backend.steps.columns import Role, to_plain
from backend.uploads import Progress, Upload, silent
from db import now, transaction
from settings import settings

SAMPLE_NAME, SAMPLE_ROWS, SAMPLE_SEED = "sample_transactions.csv", 50_000, 7
LONGEST_NAME, LONGEST_FILE_NAME = 200, 300  # characters the table holds


def receive(file: BinaryIO, file_name: str, progress: Progress = silent) -> Dataset:
    """Keep a file and understand it: the draft an analyst looks over.

    The same bytes again give the dataset that is there already, draft or ready. Raises
    FileRefused with the line and a way out where the file is not a table of transactions;
    nothing of it is kept then.
    """
    upload = uploads.keep(file, progress)
    try:
        known = _with_hash(upload.content_hash)
        if known is not None:
            return known
        understood = drafts.understand(upload, progress)
        return _add_draft(upload, file_name, understood)
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
    return accept(dataset.id, progress)


def get(dataset_id: int) -> Dataset:
    """Return one dataset. Raises DatasetNotFound when no dataset has this id."""
    with transaction(reading=True) as session:
        return view(_row(session, dataset_id))


def list_all() -> list[Dataset]:
    """Return every dataset, drafts included, newest first; empty before the first upload."""
    with transaction(reading=True) as session:
        rows = session.scalars(select(db.Dataset).order_by(db.Dataset.id.desc()))
        return [view(row) for row in rows]


def change_role(dataset_id: int, column: str, role: Role) -> Dataset:
    """Use a column of a draft as something else, and count the dataset anew.

    A second label or amount takes the place of the first; a second time does too, unless
    both are parts of one date. Raises TouchstoneError when the dataset is accepted already
    or has no such column.
    """
    folder = _upload_folder(dataset_id)
    with uploads.alone(folder):
        dataset = get(dataset_id)
        _refuse_change(dataset, column)
        columns, clock, summary = drafts.reconsider(folder, dataset.columns, column, role)
        with transaction() as session:
            row = _row(session, dataset_id)
            row.columns, row.clock = to_plain(columns), clock
            _count(row, summary)
            return view(row)


def accept(dataset_id: int, progress: Progress = silent) -> Dataset:
    """Write a draft as typed Parquet, delete the upload, and call it ready.

    An accepted dataset is returned as it is. Raises FileRefused, naming column and line, for
    a label that is neither fraud nor legitimate and for columns whose values do not fit
    their role; the draft stays then, so that roles can be changed.
    """
    folder = _upload_folder(dataset_id)
    with uploads.alone(folder):
        dataset = get(dataset_id)
        if dataset.is_ready:
            return dataset
        progress(0.0, "Checking values")
        fault = drafts.fault_in(folder, dataset.columns)
        if fault is not None:
            raise FileRefused(fault)
        progress(0.4, "Storing the transactions")
        drafts.write_typed(folder, dataset.columns, _parquet(dataset.content_hash))
        with transaction() as session:
            row = _row(session, dataset_id)
            row.state = READY
            accepted = view(row)
        uploads.discard(folder)
    progress(1.0, "Done")
    return accepted


def delete(dataset_id: int) -> None:
    """Delete a dataset and its files. Raises TouchstoneError while runs use it."""
    with uploads.alone(_upload_folder(dataset_id)), transaction() as session:
        row = _row(session, dataset_id)
        used = session.scalar(select(db.Run.id).where(db.Run.dataset_id == dataset_id).limit(1))
        if used is not None:
            raise TouchstoneError(f"Runs were trained on {row.name}. Delete those runs first.")
        session.delete(row)
        session.flush()
        # Still inside: whoever receives the same bytes now waits for the hash to be free.
        uploads.discard(uploads.folder_of(row.content_hash))
        uploads.discard(_parquet(row.content_hash).parent)


def preview(dataset_id: int, rows: int = 5) -> pd.DataFrame:
    """Return the first rows as text under the file's own headers, identifiers masked.

    A draft shows every column; a ready dataset those that are kept.
    """
    dataset = get(dataset_id)
    if dataset.is_ready:
        return previews.of_ready(parquet_path(dataset_id), dataset.columns, dataset.clock, rows)
    return previews.of_draft(_upload_folder(dataset_id), dataset.columns, rows)


def frauds_by_week(dataset_id: int) -> pd.DataFrame:
    """Return transactions and frauds per week.

    Columns: start (datetime64, a Monday, for dates; float, days since the start, for an
    elapsed clock), transactions, frauds (int), complete (bool, the data covers the whole
    week). One row per week from the first to the last; empty when the file has no time.
    """
    dataset = get(dataset_id)
    if dataset.is_ready:
        path = parquet_path(dataset_id)
        rows = pq.read_table(path, columns=["_time", "_label"]).to_pandas()
    else:
        rows = drafts.times_and_labels(_upload_folder(dataset_id), dataset.columns)
    return weeks.count(rows, dataset.clock)


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
    return _parquet(dataset.content_hash)


def _upload_folder(dataset_id: int) -> Path:
    return uploads.folder_of(get(dataset_id).content_hash)


def _refuse_change(dataset: Dataset, column: str) -> None:
    if dataset.is_ready:
        raise TouchstoneError(f"{dataset.name} is accepted: its columns can no longer change.")
    if column not in [known.name for known in dataset.columns]:
        raise TouchstoneError(f'{dataset.name} has no column "{column}". Choose one from the list.')


def _parquet(content_hash: str) -> Path:
    return settings.data / "datasets" / content_hash / "rows.parquet"


def _row(session: Session, dataset_id: int) -> db.Dataset:
    row = session.get(db.Dataset, dataset_id)
    if row is None:
        raise DatasetNotFound(dataset_id)
    return row


def _with_hash(content_hash: str) -> Dataset | None:
    with transaction(reading=True) as session:
        row = session.scalar(select(db.Dataset).where(db.Dataset.content_hash == content_hash))
        return None if row is None else view(row)


def _add_draft(upload: Upload, file_name: str, understood: Understanding) -> Dataset:
    try:
        with transaction() as session:
            row = _new_row(upload, file_name, understood)
            row.created_at = now(session)
            session.add(row)
            session.flush()  # from here on the hash is ours, and with it the folder
            folder = uploads.folder_of(upload.content_hash)
            uploads.discard(folder)
            upload.folder.rename(folder)
            return view(row)
    except IntegrityError:  # the same bytes arrived twice at once; the other was first
        known = _with_hash(upload.content_hash)
        if known is None:
            raise
        return known


def _new_row(upload: Upload, file_name: str, understood: Understanding) -> db.Dataset:
    file_name = cards.replace(file_name, lambda _digits: cards.HIDDEN)
    row = db.Dataset(
        name=(Path(file_name).stem or file_name)[:LONGEST_NAME],
        file_name=file_name[:LONGEST_FILE_NAME],
        state=DRAFT,
        content_hash=upload.content_hash,
        bytes=upload.bytes,
        dialect=understood.dialect,
        columns=to_plain(understood.columns),
        quarantined=understood.unreadable,
        clock=understood.clock,
        currency=understood.currency,
    )
    _count(row, understood.summary)
    return row


def _count(row: db.Dataset, summary: Summary) -> None:
    for name, value in asdict(summary).items():
        setattr(row, name, value)
