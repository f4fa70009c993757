"""A dataset as pages and workers see it: what one row of the table means."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

import db
from backend.errors import DatasetNotFound
from backend.source import dialects
from backend.steps import recipe as recipes
from backend.steps.columns import Column, from_plain
from backend.steps.recipe import Fix
from settings import settings

DRAFT, READY = "draft", "ready"


@dataclass(frozen=True)
class Dataset:
    """One file an analyst brought. Sums and times are None where the file says nothing."""

    id: int
    name: str
    file_name: str
    state: str  # draft: roles may still change; ready: kept as Parquet
    dialect: str
    dialect_title: str
    content_hash: str  # SHA-256 of the file's bytes
    bytes: int
    rows: int  # readable rows
    frauds: int
    unlabelled: int
    quarantined: int  # rows put aside, with reasons
    blank_lines: int
    recipe: tuple[Fix, ...]
    protected: dict[str, Any]  # what was hidden, by column; see steps/firewall
    read_as: dict[str, Any]  # encoding, delimiter and line ends of the file
    sealed_as: str  # table name that its sealed cells carry
    uncovered: tuple[tuple[float, float], ...]  # periods without any label, in seconds
    uses_uncovered: bool  # the analyst lets runs use those periods
    clock: str  # date, elapsed or none
    first_time: float | None  # seconds: since 1970 for dates, else since the start
    last_time: float | None
    fraud_amount: float | None
    currency: str
    columns: tuple[Column, ...]
    created_at: datetime

    @property
    def fraud_rate(self) -> float | None:
        """Share of labelled rows that are fraud, 0 to 1; None when none is labelled."""
        labelled = self.rows - self.unlabelled
        return self.frauds / labelled if labelled else None

    @property
    def is_ready(self) -> bool:
        """True once accepted."""
        return self.state == READY

    @property
    def folder(self) -> Path:
        """Where its files lie once it is accepted."""
        return settings.data / "datasets" / self.content_hash

    @property
    def parquet(self) -> Path:
        """The typed rows, once it is accepted."""
        return self.folder / "rows.parquet"

    @property
    def quarantine(self) -> Path:
        """The rows put aside, once it is accepted; see steps/quarantine."""
        return self.folder / "quarantine.parquet"


def view(row: db.Dataset) -> Dataset:
    """Return what a row of the table says."""
    stored = {column.name: getattr(row, column.name) for column in db.Dataset.__table__.columns}
    stored["columns"] = from_plain(row.columns)
    stored["recipe"] = recipes.from_plain(row.recipe)
    stored["uncovered"] = tuple((start, end) for start, end in row.uncovered)
    known = dialects().get(row.dialect)
    return Dataset(**stored, dialect_title=known.title if known else row.dialect)


def stored(session: Session, dataset_id: int) -> db.Dataset:
    """Return the row of a dataset. Raises DatasetNotFound when none has this id."""
    row = session.get(db.Dataset, dataset_id)
    if row is None:
        raise DatasetNotFound(dataset_id)
    return row
