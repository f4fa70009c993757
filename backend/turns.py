"""Whose turn it is: the order of the queue, and which of its runs a worker may take.

People's runs come first, then those of a higher priority, then by place. A run for a graphics
card goes to a worker on the processor only while no worker with a card could take it.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, false, or_, select
from sqlalchemy.orm import Session, aliased

from backend.states import RunState
from db import Run, Worker, now, transaction
from settings import settings

GPU, CPU, BATCH = "gpu", "cpu", "batch"  # what runs need: also the names of the queues
NEEDS = (GPU, CPU, BATCH)
OTHER = aliased(Run)


def in_order(run: Any = Run) -> tuple[Any, ...]:
    """Return what the queue is ordered by: the automatic last, then as people arranged it."""
    return run.automatic, run.priority.desc(), run.place, run.id


def is_due(run: Any, present: datetime) -> ColumnElement[bool]:
    """Return the condition that a run is queued and waits for nothing but a worker."""
    return and_(
        run.state == RunState.QUEUED, or_(run.waits_until.is_(None), run.waits_until <= present)
    )


def takeable(session: Session, worker: str, present: datetime) -> ColumnElement[bool]:
    """Return the condition on a run that this worker may take it now.

    A worker that never said what it has counts as one on the processor.
    """
    me = session.get(Worker, worker)
    if me is not None and me.draining:
        return false()
    kind, devices = (me.kind, me.devices) if me else (CPU, 1)
    asked_for = exists().where(_fits(OTHER, kind, devices, present), OTHER.automatic.is_(False))
    return and_(_fits(Run, kind, devices, present), or_(Run.automatic.is_(False), ~asked_for))


def heard_in(present: datetime) -> ColumnElement[str]:
    """Return the queue in which a run's bell is heard by those who may take it now."""
    return case((and_(Run.need == GPU, ~_card_is_there(present)), CPU), else_=Run.need)


def claimable(worker: str) -> list[int]:
    """Return the numbers of the runs that this worker may take now, in the queue's order."""
    with transaction(reading=True) as session:
        mine = takeable(session, worker, now(session))
        return list(session.scalars(select(Run.id).where(mine).order_by(*in_order())))


def longest_wait(worker: str) -> float:
    """Return for how many seconds a run that this worker may take has been waiting; 0: none."""
    with transaction(reading=True) as session:
        present = now(session)
        since = select(Run.created_at, Run.interrupted_at, Run.waits_until)
        waiting = session.execute(since.where(takeable(session, worker, present))).all()
    waits = [(present - max(filter(None, moments))).total_seconds() for moments in waiting]
    return max(waits, default=0.0)


def is_alive(present: datetime) -> ColumnElement[bool]:
    """Return the condition that a worker gave a sign of life within one lease."""
    return Worker.seen_at >= present - timedelta(seconds=settings.lease_seconds)


def _fits(run: Any, kind: str, devices: int, present: datetime) -> ColumnElement[bool]:
    fits = and_(is_due(run, present), run.devices <= devices)
    if kind == GPU:
        return fits
    return and_(fits, or_(run.need != GPU, ~_card_is_there(present)))


def _card_is_there(present: datetime) -> ColumnElement[bool]:
    return exists().where(Worker.kind == GPU, ~Worker.draining, is_alive(present))
