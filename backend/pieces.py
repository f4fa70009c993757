"""Pieces of a scoring: what a dataset is divided into, claimed by any worker, counted exactly.

A piece is some whole row groups of the dataset's Parquet file. Like a run it is claimed by one
conditional update, held by a lease, and finished only by the attempt that holds it; its scores
lie in a file of that attempt's own. What a piece comes to depends on nothing but the model and
its rows, so it does not matter who does it, nor which attempt of the run asked for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, update
from sqlalchemy.orm import Session

from backend import files, store
from backend.states import RunState
from db import Piece as Row
from db import Run, Worker, now, transaction
from settings import settings

ROWS = 50_000  # of a piece, about: seconds of work for a worker, and little to lose with it
QUEUED, RUNNING, DONE = "queued", "running", "done"
FOLDER = "pieces"
NEEDLESS = (RunState.SUCCEEDED, RunState.CANCELLED, RunState.FAILED)  # ends that keep no piece


@dataclass(frozen=True)
class Piece:
    """One claimed piece."""

    run_id: int
    number: int  # from 0, in the order of the rows
    attempt: int
    first_group: int  # of the dataset's Parquet file
    groups: int
    rows: int

    @property
    def file(self) -> Path:
        """Where this attempt leaves the scores; no other attempt writes there."""
        return _file(self.run_id, self.number, self.attempt)


@dataclass(frozen=True)
class Progress:
    """How far the pieces of a scoring have come; zeros before it was divided."""

    pieces: int
    done: int
    running: int
    rows: int
    rows_done: int

    @property
    def is_done(self) -> bool:
        """True when no piece is left."""
        return self.done == self.pieces


def divide(run_id: int, attempt: int, dataset: Path) -> bool:
    """Divide a run's dataset, a Parquet file, into pieces of about 50,000 rows.

    Those that an earlier attempt made are kept, with what came of them. False, and nothing
    made, when `attempt` does not hold the run any more.
    """
    about = pq.read_metadata(dataset)
    shares = divided(about.row_group(at).num_rows for at in range(about.num_row_groups))
    with transaction() as session:
        run = session.get(Run, run_id, with_for_update=True)
        if run is None or run.attempt != attempt or run.state != RunState.RUNNING:
            return False
        if not session.scalar(select(exists().where(Row.run_id == run_id))):
            names = ("first_group", "groups", "rows")
            for number, share in enumerate(shares):
                told: dict[str, Any] = dict(zip(names, share, strict=True))
                session.add(Row(run_id=run_id, number=number, state=QUEUED, **told))
    return True


def divided(groups: Iterable[int], rows: int = ROWS) -> list[tuple[int, int, int]]:
    """Return pieces as (first row group, row groups, rows) from the rows of every row group.

    Neighbours are joined up to `rows`; a group that is larger is a piece of its own.
    """
    pieces: list[tuple[int, int, int]] = []
    for at, size in enumerate(groups):
        if pieces and pieces[-1][2] + size <= rows:
            first, count, before = pieces.pop()
            pieces.append((first, count + 1, before + size))
        else:
            pieces.append((at, 1, size))
    return pieces


def claim(run_id: int, worker: str, holds_run: bool = False) -> Piece | None:
    """Take the first free piece of a run for this worker; None when there is none.

    Free is what waits, and what its worker let its lease run out for. A piece that crashed
    `crash_limit` times is left to the worker that holds the run, whose own end then counts.
    None too once the run ended, or somebody asked to cancel it or to drain the worker.
    """
    with transaction() as session:
        present = now(session)
        me = session.get(Worker, worker)
        if me is not None and me.draining and not holds_run:
            return None
        lost = and_(Row.state == RUNNING, Row.lease_until < present)
        free = select(Row.number).where(Row.run_id == run_id, _wanted())
        free = free.where(or_(Row.state == QUEUED, lost))
        if not holds_run:
            free = free.where(Row.crashes < settings.crash_limit)
        first = free.order_by(Row.number).limit(1).with_for_update(of=Row, skip_locked=True)
        number = session.scalar(first)
        if number is None:
            return None
        taken = session.scalars(
            update(Row)
            .where(Row.run_id == run_id, Row.number == number)
            .values(
                state=RUNNING,
                attempt=Row.attempt + 1,
                crashes=Row.crashes + case((Row.state == RUNNING, 1), else_=0),
                worker=worker,
                lease_until=_lease(present),
            )
            .returning(Row)
        ).one()
        return Piece(run_id, number, taken.attempt, taken.first_group, taken.groups, taken.rows)


def renew(piece: Piece) -> bool:
    """Prolong the lease; False when the piece is not held any more, or not wanted."""
    with transaction() as session:
        kept = _mine(piece).where(_wanted()).values(lease_until=_lease(now(session)))
        return _landed(session, kept)


def finish(piece: Piece) -> bool:
    """Publish the file of this attempt as what the piece came to; False when it is not held."""
    with transaction() as session:
        ended = _mine(piece).values(state=DONE, lease_until=None, finished_at=now(session))
        return _landed(session, ended)


def give_back(piece: Piece, crashed: bool = False) -> bool:
    """Let another worker have the piece; False when it is not held. A crash is counted."""
    with transaction() as session:
        back = _mine(piece).values(
            state=QUEUED, lease_until=None, crashes=Row.crashes + int(crashed)
        )
        return _landed(session, back)


def progress(run_id: int) -> Progress:
    """Return how far the pieces of a run have come."""
    done, running = Row.state == DONE, Row.state == RUNNING
    with transaction(reading=True) as session:
        found = session.execute(
            select(
                func.count(),
                func.count().filter(done),
                func.count().filter(running),
                func.coalesce(func.sum(Row.rows), 0),
                func.coalesce(func.sum(Row.rows).filter(done), 0),
            ).where(Row.run_id == run_id)
        ).one()
    return Progress(*(int(value) for value in found))


def results(run_id: int) -> list[Path]:
    """Return the published file of every finished piece, in the order of the rows."""
    with transaction(reading=True) as session:
        found = session.execute(
            select(Row.number, Row.attempt)
            .where(Row.run_id == run_id, Row.state == DONE)
            .order_by(Row.number)
        )
        return [_file(run_id, number, attempt) for number, attempt in found]


def remove(run_id: int) -> None:
    """Delete the files of all pieces of a run, here and in the store: its scores are stored."""
    files.remove(folder_of(run_id))
    store.discard(folder_of(run_id))


def tidy(run_id: int) -> None:
    """Delete the pieces of a run that has ended, whoever wrote them; one set aside keeps its own.

    A worker that was taken for dead may write one after the end.
    """
    with transaction(reading=True) as session:
        state = session.scalar(select(Run.state).where(Run.id == run_id))
    if state in NEEDLESS:
        remove(run_id)


def tidy_all() -> None:
    """Tidy after every run whose pieces lie here: its worker may be lost before it does."""
    for folder in files.matching(settings.data / "runs", f"*/{FOLDER}"):
        tidy(int(folder.parent.name))


def waiting() -> list[int]:
    """Return the runs that have a piece for whoever asks, in the order they were launched."""
    with transaction(reading=True) as session:
        lost = and_(Row.state == RUNNING, Row.lease_until < now(session))
        free = select(Row.run_id).where(or_(Row.state == QUEUED, lost), _wanted())
        free = free.where(Row.crashes < settings.crash_limit)
        return list(session.scalars(free.distinct().order_by(Row.run_id)))


def folder_of(run_id: int) -> Path:
    """Return the folder the pieces of a run are written below."""
    return settings.data / "runs" / str(run_id) / FOLDER


def _file(run_id: int, number: int, attempt: int) -> Path:
    return folder_of(run_id) / str(number) / f"{attempt}.parquet"


def _wanted() -> ColumnElement[bool]:
    """True of a piece whose run goes on, be it that its own worker was lost for now."""
    live = Run.state.in_((RunState.RUNNING, RunState.QUEUED))
    return exists().where(Run.id == Row.run_id, live, Run.stop != "cancel")


def _lease(present: datetime) -> datetime:
    return present + timedelta(seconds=settings.lease_seconds)


def _mine(piece: Piece) -> Any:
    return update(Row).where(
        Row.run_id == piece.run_id,
        Row.number == piece.number,
        Row.attempt == piece.attempt,
        Row.state == RUNNING,
    )


def _landed(session: Session, change: Any) -> bool:
    return session.scalar(change.returning(Row.number)) is not None
