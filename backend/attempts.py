"""A worker's hold on one run: claim it, renew the lease, record, finish.

Every write carries the attempt number and lands only while that attempt holds the run, so a
worker that was taken for dead and wakes up cannot touch the work of its successor.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from backend import starts, states, turns
from backend.checkpoints import Checkpoint, carry_curve, resumable
from backend.checkpoints import record_checkpoint as record_checkpoint
from backend.checkpoints import resumed as resumed
from backend.endings import crashed as crashed
from backend.endings import end_cancelled as end_cancelled
from backend.endings import fail as fail
from backend.endings import give_back as give_back
from backend.endings import halve as halve
from backend.endings import pause_disk as pause_disk
from backend.endings import succeed as succeed
from backend.hold import held, landed, lease
from backend.states import RunState
from backend.steps import spans
from backend.steps.spans import Span
from backend.turns import claimable as claimable
from backend.turns import longest_wait as longest_wait
from db import Dataset, Doorbell, Point, Run, now, transaction

# Both know ON CONFLICT, which the common insert does not.
INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Word(StrEnum):
    """What a worker hears when it renews its lease."""

    GO_ON = "go on"
    CANCEL = states.CANCEL  # somebody asked to end the run
    KEEP_BEST = states.KEEP_BEST  # stop learning, keep the best weights
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
    resume: tuple[Checkpoint, ...] = ()  # that it can go on from, the newest first
    devices: int = 1  # to train on at the same time
    halvings: int = 0  # of the batch, after a full graphics card


def claim(run_id: int, worker: str) -> Attempt | None:
    """Take a queued run for this worker, or return None when it is not this one's to take.

    One conditional update decides, so that of many workers exactly one gets it. Which runs a
    worker may take is in `turns`. The attempt's curve begins as it was at the checkpoint that
    it is to go on from.
    """
    with transaction() as session:
        present = now(session)
        mine = turns.takeable(session, worker, present)
        return _take(session, run_id, worker, present, mine)


def claim_next(worker: str) -> Attempt | None:
    """Take the first run of the queue that this worker may take; None when there is none."""
    with transaction() as session:
        present = now(session)
        mine = turns.takeable(session, worker, present)
        first = select(Run.id).where(mine).order_by(*turns.in_order()).limit(1)
        run_id = session.scalar(first.with_for_update(skip_locked=True))
        return None if run_id is None else _take(session, run_id, worker, present, mine)


def look(run_id: int) -> Attempt:
    """Return a run as the worker that holds it sees it, for one that helps with it."""
    with transaction(reading=True) as session:
        return _read(session, run_id, ())


def renew(run_id: int, attempt: int) -> Word:
    """Prolong the lease and return what the analyst asked for meanwhile."""
    with transaction() as session:
        mine = held(run_id, attempt).values(lease_until=lease(now(session)))
        asked = session.scalar(mine.returning(Run.stop))
    return Word.LOST if asked is None else Word(asked or Word.GO_ON)


def enter_stage(run_id: int, attempt: int, name: str) -> bool:
    """Note that a new step of the job begins; False when the hold is lost.

    A step told twice in a row is one step: the answer to the first telling did not arrive.
    """
    with transaction() as session:
        stages = session.execute(select(Run.stages).where(Run.id == run_id)).scalar_one()
        if not stages or stages[-1]["name"] != name:
            stages = [*stages, {"name": name, "started_at": now(session).isoformat()}]
        return landed(session, held(run_id, attempt).values(stages=stages))


def note(run_id: int, attempt: int, **known: Any) -> bool:
    """Store any of step, steps_total, rows_per_second, seconds_left and split; False when lost."""
    with transaction() as session:
        return landed(session, held(run_id, attempt).values(**known))


def record_points(run_id: int, attempt: int, points: list[dict[str, Any]]) -> bool:
    """Store points of the curve; False, and nothing stored, when the hold is lost.

    Each point: part ("train" or "validation"), step, loss, ap (or None). A loss that is not
    a finite number is stored as missing and flagged. A step told twice is stored once.
    """
    with transaction() as session:
        present = now(session)
        if not landed(session, held(run_id, attempt).values(last_point_at=present)):
            return False
        once = INSERTS[session.get_bind().dialect.name](Point).on_conflict_do_nothing()
        told = {"run_id": run_id, "attempt": attempt, "at": present}
        if points:
            session.execute(once, [{**told, **_measured(point)} for point in points])
    return True


def _take(
    session: Session, run_id: int, worker: str, present: datetime, mine: ColumnElement[bool]
) -> Attempt | None:
    take = (
        update(Run)
        .where(Run.id == run_id, mine)
        .values(
            state=RunState.RUNNING,
            attempt=Run.attempt + 1,
            worker=worker,
            started_at=present,
            lease_until=lease(present),
            waits_until=None,
            reason=None,
            stages=[],
            steps_total=0,
            rows_per_second=None,
            seconds_left=None,
        )
        .returning(Run.attempt)
    )
    attempt = session.scalar(take)
    if attempt is None:
        return None
    session.execute(delete(Doorbell).where(Doorbell.run_id == run_id))
    origins = resumable(session, run_id)
    step = origins[0].step if origins else 0
    session.execute(held(run_id, attempt).values(step=step, resumed_step=step))
    if origins:
        carry_curve(session, run_id, attempt, origins[0])
    return _read(session, run_id, origins)


def _measured(point: dict[str, Any]) -> dict[str, Any]:
    loss = point["loss"]
    finite = loss is not None and math.isfinite(loss)
    known = {"part": point["part"], "step": point["step"], "ap": point.get("ap")}
    return {**known, "loss": loss if finite else None, "finite": finite}


def _read(session: Session, run_id: int, origins: tuple[Checkpoint, ...]) -> Attempt:
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
        origins,
        run.devices,
        run.halvings,
    )
