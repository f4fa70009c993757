"""Put a run's scores into the database, in bulk, without holding up anybody else.

Measured on a million rows: SQLite takes tuples in batches of 10,000 at a fifth of a second
each, and a pause between them lets heartbeats through; PostgreSQL takes COPY.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.hold import holds
from db import Prediction, transaction

BATCH = 10_000
PAUSE_SECONDS = 0.02
COLUMNS = ("run_id", "row", "part", "score", "label", "amount", "time")
NAMES = ", ".join(f'"{name}"' for name in COLUMNS)

Progress = Callable[[int], None]


def store(
    scores: Path, run_id: int, holder: tuple[int, int], progress: Progress = lambda _: None
) -> int | None:
    """Store a Parquet file of scores for a run and return its number of rows.

    Columns of the file: row, part, score, label, amount, time. `holder` is the job and the
    attempt that writes; None is returned, and nothing further stored, once it lost its hold.
    A row that is stored already stays as it is, so a repeated call ends the same. `progress`
    hears the rows stored so far.
    """
    stored = 0
    for batch in _batches(scores, run_id):
        if not _store_batch(batch, holder):
            return None
        stored += len(batch)
        progress(stored)
        time.sleep(PAUSE_SECONDS)
    return stored


def forget(run_id: int, holder: tuple[int, int]) -> bool:
    """Delete the scores an earlier attempt of this run may have left; False when not held."""
    with transaction() as session:
        if not holds(session, *holder):
            return False
        session.query(Prediction).where(Prediction.run_id == run_id).delete()
    return True


def count(run_id: int) -> int:
    """Return how many rows of a run's dataset have a score."""
    with transaction(reading=True) as session:
        mine = select(func.count()).where(Prediction.run_id == run_id)
        return session.execute(mine).scalar_one()


def _batches(scores: Path, run_id: int) -> Iterator[list[tuple[Any, ...]]]:
    with pq.ParquetFile(scores) as file:
        for batch in file.iter_batches(BATCH, columns=list(COLUMNS[1:])):
            columns = [column.to_pylist() for column in batch.columns]
            yield [(run_id, *row) for row in zip(*columns, strict=True)]


def _store_batch(rows: list[tuple[Any, ...]], holder: tuple[int, int]) -> bool:
    with transaction() as session:
        if not holds(session, *holder):
            return False
        if session.get_bind().dialect.name == "postgresql":
            _copy(session, rows)
        else:
            places = ", ".join("?" * len(COLUMNS))
            session.connection().exec_driver_sql(
                f"INSERT OR IGNORE INTO predictions ({NAMES}) VALUES ({places})",  # noqa: S608
                rows,
            )
    return True


def _copy(session: Session, rows: list[tuple[Any, ...]]) -> None:
    connection = session.connection()
    connection.exec_driver_sql(
        "CREATE TEMPORARY TABLE incoming (LIKE predictions INCLUDING DEFAULTS) ON COMMIT DROP"
    )
    driver: Any = connection.connection.cursor()
    with driver as cursor, cursor.copy(f"COPY incoming ({NAMES}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    connection.exec_driver_sql(
        f"INSERT INTO predictions ({NAMES}) SELECT {NAMES} FROM incoming "  # noqa: S608
        "ON CONFLICT DO NOTHING"
    )
