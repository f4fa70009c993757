"""The scores a run gave: page through them by score, sum them up, export them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
from sqlalchemy import ColumnElement, and_, func, or_, select

from backend import datasets, files, runs, store
from backend.errors import TouchstoneError
from backend.steps.columns import Role, named
from backend.steps.formulas import safe
from backend.steps.masking import shown
from db import Prediction, transaction

COLUMNS = ["row", "part", "score", "label", "amount", "time"]
EXPORT_BATCH = 5_000
LABELS = {"fraud": 1, "legitimate": 0}
FORETOLD = {"kind": "likeliest_kind", "predicted": "predicted_amount"}
SHOWN_DETAILS = (Role.CATEGORY, Role.TEXT)


@dataclass(frozen=True)
class Filters:
    """Which scored transactions to show."""

    part: str = "test"  # test, validation or all
    label: str = "all"  # fraud, legitimate, unlabelled or all
    least_score: float = 0.0
    least_amount: float | None = None


@dataclass(frozen=True)
class Page:
    """One page of scores, highest first, and the cursors of its neighbours."""

    frame: pd.DataFrame  # columns: row, part, score, label, amount, time
    after: str | None
    before: str | None


@dataclass(frozen=True)
class Totals:
    """What the filtered transactions add up to."""

    rows: int
    frauds: int
    amount: float
    fraud_amount: float


def page(run_id: int, filters: Filters, cursor: str | None = None, size: int = 50) -> Page:
    """Return `size` scored transactions from a cursor on, by falling score, then by row.

    The cursor is a place in the order, not a number of rows to skip, so the last page of a
    million is as fast as the first. Empty frame when nothing matches. Raises
    TouchstoneError when the cursor was not given by an earlier page.
    """
    backwards, place = _read_cursor(cursor)
    order = (Prediction.score.desc(), Prediction.row.asc())
    if backwards:
        order = (Prediction.score.asc(), Prediction.row.desc())
    with transaction(reading=True) as session:
        found = session.execute(
            select(*(getattr(Prediction, name) for name in COLUMNS))
            .where(*_where(run_id, filters), *_beyond(place, backwards))
            .order_by(*order)
            .limit(size + 1)
        ).all()
    more, rows = len(found) > size, found[:size]
    frame = pd.DataFrame(rows[::-1] if backwards else rows, columns=COLUMNS)
    before = (backwards and more) or (not backwards and place is not None)
    after = (not backwards and more) or backwards
    return Page(
        frame,
        _cursor("after", frame.iloc[-1]) if after and len(frame) else None,
        _cursor("before", frame.iloc[0]) if before and len(frame) else None,
    )


def totals(run_id: int, filters: Filters) -> Totals:
    """Return the counts and amounts of all transactions that match, not of one page only."""
    fraud = Prediction.label == 1
    with transaction(reading=True) as session:
        rows, frauds, amount, fraud_amount = session.execute(
            select(
                func.count(),
                func.count().filter(fraud),
                func.sum(Prediction.amount),
                func.sum(Prediction.amount).filter(fraud),
            ).where(*_where(run_id, filters))
        ).one()
    return Totals(rows, frauds, amount or 0.0, fraud_amount or 0.0)


def count(run_id: int, filters: Filters) -> int:
    """Return how many scored transactions match."""
    return totals(run_id, filters).rows


def with_details(run_id: int, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a page's frame with the dataset's own columns beside it, ready to show.

    Adds entity and counterparty (str) and every category and text column under its own
    name, and likeliest_kind or predicted_amount where the run tells them. Customers, identifiers
    and card numbers are masked. Same rows, same order.
    """
    dataset = datasets.get(runs.get(run_id).dataset_id)
    rows = datasets.rows_of(dataset.id, [int(row) for row in frame["row"]])
    details = frame.reset_index(drop=True)
    for name, values in _foretold(run_id, frame["row"]).items():
        details[name] = values.to_numpy()
    for name in named(dataset.columns, Role.ID):
        details[name] = rows[name].map(partial(_shown, role=Role.ID))
    for role in (Role.ENTITY, Role.COUNTERPARTY):
        details[role.value] = rows[f"_{role}"].map(partial(_shown, role=role))
    for column in dataset.columns:
        if column.role in SHOWN_DETAILS:
            details[column.name] = rows[column.name].map(partial(_shown, role=column.role))
    return details


def _foretold(run_id: int, rows: "pd.Series[int]") -> pd.DataFrame:
    """Return what the run says of rows (n,) beside their score; columns it never says are left out.

    Known of the validation and test part: they lie in the folder of the run.
    """
    run = runs.get(run_id)
    path = store.fetched(files.run_folder(run.id, run.attempt)) / "predictions.parquet"
    told = _filled(path) if path.is_file() else []
    if not told:
        return pd.DataFrame()
    wanted = [("row", "in", [int(row) for row in rows])]
    found: pd.DataFrame = pq.read_table(path, columns=["row", *told], filters=wanted).to_pandas()
    return found.set_index("row").rename(columns=FORETOLD).reindex(rows)


def _filled(path: Path) -> list[str]:
    """Return the columns of FORETOLD that hold something, by what the file says of itself."""
    about = pq.read_metadata(path)
    places = {name: place for place, name in enumerate(about.schema.names) if name in FORETOLD}
    groups = [about.row_group(number) for number in range(about.num_row_groups)]
    return [
        name
        for name, place in places.items()
        if any(group.column(place).statistics.null_count < group.num_rows for group in groups)
    ]


def export_csv(run_id: int, filters: Filters) -> Iterator[bytes]:
    """Give all matching transactions as CSV (UTF-8, CRLF), highest score first, in chunks.

    Columns: row (its place among the rows of the uploaded file, from 1), part, score, label
    (empty when unlabelled), amount, time (UTC, or seconds when the file has no dates), then
    the dataset's own columns with customers and identifiers masked.
    No cell can run as a formula. One header line when nothing matches.
    """
    dated = runs.get(run_id).clock == "date"
    cursor, first = None, True
    while first or cursor is not None:
        batch = page(run_id, filters, cursor, EXPORT_BATCH)
        table = with_details(run_id, batch.frame)
        table["row"] = table["row"] + 1
        if dated:
            table["time"] = _as_dates(table["time"])
        text = safe(table).to_csv(index=False, header=first, lineterminator="\r\n")
        yield text.encode()
        cursor, first = batch.after, False


def _shown(value: Any, role: Role) -> str | None:
    return None if pd.isna(value) else shown(str(value), role)


def _as_dates(seconds: "pd.Series[float]") -> "pd.Series[str]":
    return pd.to_datetime(seconds, unit="s", utc=True).dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def _where(run_id: int, filters: Filters) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [Prediction.run_id == run_id]
    if filters.part != "all":
        where.append(Prediction.part == filters.part)
    if filters.label == "unlabelled":
        where.append(Prediction.label.is_(None))
    elif filters.label != "all":
        where.append(Prediction.label == LABELS[filters.label])
    if filters.least_score > 0:
        where.append(Prediction.score >= filters.least_score)
    if filters.least_amount is not None:
        where.append(Prediction.amount >= filters.least_amount)
    return where


def _beyond(place: tuple[float, int] | None, backwards: bool) -> list[ColumnElement[bool]]:
    if place is None:
        return []
    score, row = place
    if backwards:
        tied = and_(Prediction.score == score, Prediction.row < row)
        return [Prediction.score >= score, or_(Prediction.score > score, tied)]
    tied = and_(Prediction.score == score, Prediction.row > row)
    return [Prediction.score <= score, or_(Prediction.score < score, tied)]


def _cursor(side: str, row: "pd.Series[Any]") -> str:
    return f"{side}:{float(row['score'])!r}:{int(row['row'])}"


def _read_cursor(cursor: str | None) -> tuple[bool, tuple[float, int] | None]:
    if cursor is None:
        return False, None
    side, _, rest = cursor.partition(":")
    score, _, row = rest.partition(":")
    try:
        return side == "before", (float(score), int(row))
    except ValueError as error:
        message = "This page of scores is not known. Start again from the highest score."
        raise TouchstoneError(message) from error
