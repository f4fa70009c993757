"""What the reaper does for runs: take back the lost, and go on with those that lacked room."""

import shutil
from datetime import datetime

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from backend.endings import count_crash
from backend.hold import lease, let_go
from backend.states import Failure, RunState
from db import Checkpoint, Run, now, transaction
from settings import settings

BATCH = 100


def take_back() -> list[int]:
    """Return to the queue every run whose lease ran out, and give their numbers.

    A lost worker counts as a crash of the run unless the attempt had got further than where it
    began: one that loses its worker before that, `crash_limit` times, is set aside. Any number
    of reapers may look at once: each run is moved by one conditional update on its attempt.
    """
    further = exists().where(
        Checkpoint.run_id == Run.id,
        Checkpoint.attempt == Run.attempt,
        Checkpoint.step > Run.resumed_step,
    )
    with transaction() as session:
        present = now(session)
        silent = (Run.state == RunState.RUNNING, Run.lease_until < present)
        lost = select(Run.id, Run.attempt, Run.crashes, further).where(*silent).limit(BATCH)
        taken = []
        for run_id, attempt, crashes, got_further in session.execute(
            lost.with_for_update(of=Run, skip_locked=True)
        ).all():
            change = update(Run).where(Run.id == run_id, Run.attempt == attempt, *silent)
            if got_further:
                moved = let_go(session, change, present, failure=Failure.LOST) is not None
            else:
                moved = count_crash(session, change, crashes, Failure.LOST)
            taken += [run_id] if moved else []
    return taken


def shorten_leases() -> None:
    """Cut leases that reach further ahead than any that is given now to what is given now.

    The database's clock was set back. A worker that lives renews its lease within a heartbeat;
    one that was lost would be waited for until the clock has caught up.
    """
    with transaction() as session:
        longest = lease(now(session))
        reaching = update(Run).where(Run.state == RunState.RUNNING, Run.lease_until > longest)
        session.execute(reaching.values(lease_until=longest))


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
