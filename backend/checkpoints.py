"""Where a run can go on should its worker be lost, and what its curve is until there.

The row is written after the folder is complete. What lies beyond the checkpoint that an attempt
goes on from is learned again, so its points are told again and do not count before.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, insert, literal, or_, select
from sqlalchemy.orm import Session

from backend import files
from backend.hold import held, holds, landed
from backend.states import RunState
from db import Checkpoint as Row
from db import Point, Run, now, transaction
from settings import settings

KEPT = 2  # of an attempt: the newest, and one to fall back to
NEWEST_FIRST = (Row.run_id.desc(), Row.attempt.desc(), Row.step.desc())  # own ones are newer


@dataclass(frozen=True)
class Checkpoint:
    """A point of a run's life that an attempt can go on from."""

    run_id: int  # the run itself, or a failed one that it continues
    attempt: int  # that wrote it
    step: int  # optimiser steps since the start
    manifest: str  # SHA-256 of its manifest


def record_checkpoint(run_id: int, attempt: int, step: int, manifest: str) -> bool:
    """Note a checkpoint whose folder is complete; False, and nothing noted, when lost.

    Points told before it must be recorded before it. The last two of an attempt are kept;
    those of earlier attempts are forgotten once there are two.
    """
    with transaction() as session:
        if not holds(session, run_id, attempt):
            return False
        key = {"run_id": run_id, "attempt": attempt, "step": step}
        session.merge(Row(**key, manifest=manifest, at=now(session)))
        behind = held(run_id, attempt).where(Run.step < step)
        session.execute(behind.values(step=step))  # pages never show less than there is to keep
        session.flush()
        mine = select(Row.step).where(Row.run_id == run_id, Row.attempt == attempt)
        kept = session.scalars(mine.order_by(Row.step.desc()).limit(KEPT)).all()
        if len(kept) == KEPT:
            old = or_(Row.attempt < attempt, Row.step < min(kept))
            session.execute(delete(Row).where(Row.run_id == run_id, old))
    return True


def resumed(run_id: int, attempt: int, step: int) -> bool:
    """Note which checkpoint an attempt really went on from, 0 for none; False when lost.

    To be told before the attempt's first point: what was carried over beyond `step` goes.
    """
    with transaction() as session:
        if not landed(session, held(run_id, attempt).values(resumed_step=step, step=step)):
            return False
        beyond = delete(Point).where(Point.run_id == run_id, Point.attempt == attempt)
        session.execute(beyond.where(Point.step > step))
    return True


def resumable(session: Session, run_id: int) -> tuple[Checkpoint, ...]:
    """Return what a run can go on from, the newest first; each leads up to the one before it."""
    rows = select(Row).join(Run, _leads_to(Run)).where(Run.id == run_id)
    found: list[Checkpoint] = []
    for row in session.scalars(rows.order_by(*NEWEST_FIRST)):
        if not found or row.step <= found[-1].step:
            found.append(Checkpoint(row.run_id, row.attempt, row.step, row.manifest))
    return tuple(found)


def origin(run_id: int) -> int | None:
    """Return the run whose checkpoint this one would go on from; None: it would begin anew."""
    with transaction(reading=True) as session:
        found = resumable(session, run_id)
    return found[0].run_id if found else None


def newest_step() -> Any:
    """Return, for a select over runs, the step of the checkpoint each would go on from."""
    newest = select(Row.step).where(_leads_to(Run)).order_by(*NEWEST_FIRST).limit(1)
    return newest.correlate(Run).scalar_subquery()


def carry_curve(session: Session, run_id: int, attempt: int, origin: Checkpoint) -> None:
    """Give an attempt the curve up to the checkpoint that it is to go on from."""
    names = ("run_id", "attempt", "part", "step", "loss", "finite", "ap", "at")
    columns = {name: getattr(Point, name) for name in names}
    columns |= {"run_id": literal(run_id), "attempt": literal(attempt)}
    until: Select[Any] = select(*columns.values()).where(
        Point.run_id == origin.run_id, Point.attempt == origin.attempt, Point.step <= origin.step
    )
    session.execute(insert(Point).from_select(names, until))


def remove_needless() -> list[int]:
    """Delete the folders of checkpoints of runs that have succeeded; return their numbers.

    A supervisor does so itself, unless it is lost right after it wrote the success down.
    """
    kept = files.matching(settings.data / "runs", f"*/*/{files.CHECKPOINTS}")
    numbers = {int(path.parts[-3]) for path in kept}
    with transaction(reading=True) as session:
        done = select(Run.id).where(Run.id.in_(numbers), Run.state == RunState.SUCCEEDED)
        needless = sorted(session.scalars(done))
    for run_id in needless:
        files.remove_checkpoints(run_id)
    return needless


def _leads_to(run: Any) -> ColumnElement[bool]:
    return or_(Row.run_id == run.id, Row.run_id == run.continues)
