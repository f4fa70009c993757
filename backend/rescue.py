"""What the reaper does for runs: take back the lost, and go on with those that lacked room."""

import shutil
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from backend.endings import count_crash
from backend.hold import let_go
from backend.states import Failure, RunState
from db import Run, now, transaction
from settings import settings

BATCH = 100


def take_back() -> list[int]:
    """Return to the queue every run whose lease ran out, and give their numbers.

    After `crash_limit` crashed attempts a run is set aside instead. Any number of reapers may
    do so at once: each run is moved by one conditional update on its attempt.
    """
    with transaction() as session:
        silent = (Run.state == RunState.RUNNING, Run.lease_until < now(session))
        lost = select(Run.id, Run.attempt, Run.crashes).where(*silent).limit(BATCH)
        found = session.execute(lost.with_for_update(skip_locked=True)).all()
        return [
            run_id
            for run_id, attempt, crashes in found
            if count_crash(
                session,
                update(Run).where(Run.id == run_id, Run.attempt == attempt, *silent),
                crashes,
                Failure.LOST,
            )
        ]


def resume_paused() -> list[int]:
    """Return runs that were paused for lack of room to the queue once there is; their numbers.

    Empty while the disk of the data folder has less than `spare_mb` left.
    """
    if shutil.disk_usage(settings.data).free < settings.spare_mb * 1024**2:
        return []
    with transaction() as session:
        present = now(session)
        rested = or_(Run.waits_until.is_(None), Run.waits_until <= present)
        paused = select(Run.id).where(Run.state == RunState.PAUSED_DISK, rested).limit(BATCH)
        found = session.scalars(paused.with_for_update(skip_locked=True)).all()
        return [run_id for run_id in found if _go_on(session, run_id, present)]


def _go_on(session: Session, run_id: int, present: datetime) -> bool:
    paused = update(Run).where(Run.id == run_id, Run.state == RunState.PAUSED_DISK)
    return let_go(session, paused, present, waits_until=None, reason=None) is not None
