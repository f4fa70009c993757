"""A worker's hold on one run: claim it, renew the lease, record, finish.

Every write carries the attempt number and lands only while that attempt holds the run, so a
worker that was taken for dead and wakes up cannot touch the work of its successor.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import exists, insert, literal, or_, select, update
from sqlalchemy.orm import Session, aliased

from backend import baselines, starts
from backend.states import RunState
from backend.steps import spans
from backend.steps.spans import Span
from db import Dataset, Doorbell, Point, Run, now, transaction
from settings import settings


class Word(StrEnum):
    """What a worker hears when it renews its lease."""

    GO_ON = "go on"
    CANCEL = "cancel"  # somebody asked to end the run
    KEEP_BEST = "keep_best"  # stop learning, keep the best weights
    LOST = "lost"  # another attempt holds the run, or it ended: stop at once


@dataclass(frozen=True)
class Attempt:
    """One claimed run: all a worker needs to know to do it."""

    run_id: int
    number: int
    kind: str
    family: str
    options: dict[str, Any]
    dataset_id: int
    columns: list[dict[str, Any]]
    clock: str
    uncovered: list[Span]  # periods whose labels do not count, in seconds
    of_run_id: int  # the run whose scores this attempt writes: its own, or the model's
    model: str | None  # artefact folder of the run that scores, relative to the data folder
    start: str | None = None  # that of the run it starts from; None too when that is gone


def claim(run_id: int, worker: str) -> Attempt | None:
    """Take a queued run for this worker, or return None when it is not waiting (any more).

    One conditional update decides, so that of many workers exactly one gets it. A baseline is
    not given out while a run that somebody asked for waits; its bell is rung again later.
    """
    other = aliased(Run)
    asked_for = exists().where(other.state == RunState.QUEUED, other.automatic.is_(False))
    with transaction() as session:
        present = now(session)
        take = (
            update(Run)
            .where(Run.id == run_id, Run.state == RunState.QUEUED)
            .where(or_(Run.automatic.is_(False), ~asked_for))
            .values(
                state=RunState.RUNNING,
                attempt=Run.attempt + 1,
                worker=worker,
                started_at=present,
                lease_until=_lease(present),
                stages=[],
                step=0,
                steps_total=0,
                rows_per_second=None,
                seconds_left=None,
            )
        )
        if not _landed(session, take):
            return None
        bell = session.get(Doorbell, run_id)
        if bell is not None:
            session.delete(bell)
        return _read(session, run_id)


def waiting() -> list[int]:
    """Return the numbers of the queued runs, oldest first."""
    with transaction(reading=True) as session:
        found = select(Run.id).where(Run.state == RunState.QUEUED).order_by(Run.id)
        return list(session.scalars(found))


def renew(run_id: int, attempt: int) -> Word:
    """Prolong the lease and return what the analyst asked for meanwhile."""
    with transaction() as session:
        mine = _mine(run_id, attempt).values(lease_until=_lease(now(session)))
        if not _landed(session, mine):
            return Word.LOST
        asked = session.execute(select(Run.stop).where(Run.id == run_id)).scalar_one()
    return Word(asked) if asked else Word.GO_ON


def enter_stage(run_id: int, attempt: int, name: str) -> bool:
    """Note that a new step of the job begins; False when the hold is lost."""
    with transaction() as session:
        stages = session.execute(select(Run.stages).where(Run.id == run_id)).scalar_one()
        entered = {"name": name, "started_at": now(session).isoformat()}
        return _landed(session, _mine(run_id, attempt).values(stages=[*stages, entered]))


def note(run_id: int, attempt: int, **known: Any) -> bool:
    """Store any of step, steps_total, rows_per_second, seconds_left and split; False when lost."""
    with transaction() as session:
        return _landed(session, _mine(run_id, attempt).values(**known))


def record_points(run_id: int, attempt: int, points: list[dict[str, Any]]) -> bool:
    """Store points of the curve; False, and nothing stored, when the hold is lost.

    Each point: part ("train" or "validation"), step, loss, ap (or None). A loss that is not
    a finite number is stored as missing and flagged. A step told twice is stored once.
    """
    with transaction() as session:
        present = now(session)
        if not _landed(session, _mine(run_id, attempt).values(last_point_at=present)):
            return False
        for point in points:
            session.execute(_insert_once(run_id, attempt, point, present))
    return True


def succeed(run_id: int, attempt: int, **result: Any) -> bool:
    """End the attempt well and publish its result; False when the hold is lost.

    `result` may hold artefact, metrics, split, test_reads and scored_rows. The boosted trees
    that the run is to be held against are queued, unless they were before; see `baselines`.
    """
    if not _end(run_id, attempt, RunState.SUCCEEDED, **result):
        return False
    baselines.queue_trees(run_id)
    return True


def fail(run_id: int, attempt: int, reason: str, state: RunState = RunState.FAILED) -> bool:
    """End the attempt with a reason the analyst can read; False when the hold is lost."""
    return _end(run_id, attempt, state, reason=reason)


def end_cancelled(run_id: int, attempt: int) -> bool:
    """End the attempt because somebody asked; False when the hold is lost."""
    return _end(run_id, attempt, RunState.CANCELLED)


def give_back(run_id: int, attempt: int) -> bool:
    """Return the run to the queue because this worker is leaving; False when lost."""
    with transaction() as session:
        returned = _mine(run_id, attempt).values(state=RunState.QUEUED, lease_until=None)
        if not _landed(session, returned):
            return False
        session.merge(Doorbell(run_id=run_id, created_at=now(session), rung_at=None))
    return True


def crashed(run_id: int, attempt: int) -> bool:
    """Let the lease of a crashed attempt run out now, so that the reaper decides what next."""
    with transaction() as session:
        past = datetime(2000, 1, 1, tzinfo=UTC)
        return _landed(session, _mine(run_id, attempt).values(lease_until=past))


def _end(run_id: int, attempt: int, state: RunState, **values: Any) -> bool:
    with transaction() as session:
        ended = _mine(run_id, attempt).values(
            state=state, finished_at=now(session), lease_until=None, seconds_left=None, **values
        )
        return _landed(session, ended)


def _mine(run_id: int, attempt: int) -> Any:
    return update(Run).where(
        Run.id == run_id, Run.attempt == attempt, Run.state == RunState.RUNNING
    )


def _landed(session: Session, change: Any) -> bool:
    return session.scalar(change.returning(Run.id)) is not None


def _lease(present: datetime) -> datetime:
    return present + timedelta(seconds=settings.lease_seconds)


def _insert_once(run_id: int, attempt: int, point: dict[str, Any], at: datetime) -> Any:
    loss = point["loss"]
    finite = loss is not None and math.isfinite(loss)
    values = {
        "run_id": run_id,
        "attempt": attempt,
        "part": point["part"],
        "step": point["step"],
        "loss": loss if finite else None,
        "finite": finite,
        "ap": point.get("ap"),
        "at": at,
    }
    columns = [Point.__table__.c[name] for name in values]
    told = exists().where(
        Point.run_id == run_id,
        Point.attempt == attempt,
        Point.part == point["part"],
        Point.step == point["step"],
    )
    row = select(
        *(
            literal(value, column.type)
            for value, column in zip(values.values(), columns, strict=True)
        )
    )
    return insert(Point).from_select(list(values), row.where(~told))


def _read(session: Session, run_id: int) -> Attempt:
    run = session.get_one(Run, run_id)
    dataset = session.get_one(Dataset, run.dataset_id)
    source = session.get(Run, run.of_run_id) if run.of_run_id else None
    start = session.get(Run, run.options.get(starts.OPTION) or 0)
    return Attempt(
        run_id,
        run.attempt,
        run.kind,
        run.family,
        run.options,
        dataset.id,
        dataset.columns,
        dataset.clock,
        spans.left_out(dataset.uncovered, dataset.uses_uncovered),
        run.of_run_id or run_id,
        source.artefact if source else None,
        start.artefact if start else None,
    )
