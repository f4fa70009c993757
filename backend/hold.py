"""What every write of a worker shares: it names the attempt it belongs to and the state it leaves.

A write that names neither could land after the run was taken back and given to another worker.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, insert, select, update
from sqlalchemy.orm import Session

from backend.states import CANCEL, RunState
from db import Doorbell, Run
from settings import settings


def held(run_id: int, attempt: int) -> Any:
    """Return an update of a run that lands only while this attempt holds it."""
    return update(Run).where(
        Run.id == run_id, Run.attempt == attempt, Run.state == RunState.RUNNING
    )


def holds(session: Session, run_id: int, attempt: int) -> bool:
    """Tell whether this attempt holds the run, and keep it so until the transaction ends."""
    mine = select(Run.id).where(
        Run.id == run_id, Run.attempt == attempt, Run.state == RunState.RUNNING
    )
    return session.scalar(mine.with_for_update()) is not None


def landed(session: Session, change: Any) -> bool:
    """Carry out an update of one run; False when its conditions did not hold."""
    return session.scalar(change.returning(Run.id)) is not None


def lease(present: datetime) -> datetime:
    """Return until when a worker that is heard now is taken for alive."""
    return present + timedelta(seconds=settings.lease_seconds)


def let_go(
    session: Session, change: Any, present: datetime, to: RunState = RunState.QUEUED, **values: Any
) -> RunState | None:
    """Take a run from its worker, into a state `to` that is no ending of its own.

    Return where it went: to `cancelled` when somebody asked for that meanwhile, because a
    cancelled run never starts again. None when the conditions of `change` did not hold.
    """
    cancelled = Run.stop == CANCEL
    over = present if to is RunState.QUARANTINED else None
    moved = session.execute(
        change.values(
            state=case((cancelled, RunState.CANCELLED), else_=to),
            finished_at=case((cancelled, present), else_=over),
            interrupted_at=present,
            lease_until=None,
            seconds_left=None,
            **values,
        ).returning(Run.id, Run.state)
    ).one_or_none()
    if moved is None:
        return None
    if moved.state == RunState.QUEUED:
        hang_bell(session, moved.id, present)
    return RunState(moved.state)


def hang_bell(session: Session, run_id: int, present: datetime) -> None:
    """Note that a run has to be rung; the caller's transaction has written its row."""
    session.execute(delete(Doorbell).where(Doorbell.run_id == run_id))
    session.execute(insert(Doorbell).values(run_id=run_id, created_at=present, rung_at=None))
