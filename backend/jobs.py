"""The doorbell: the only place that rings the queue, and what keeps a run from being forgotten.

The runs table is the truth; a message says only "look at run X" (decisions/0003). A bell that
could not be rung stays in `doorbells` and is rung later; a run whose worker fell silent goes
back to the queue.
"""

import logging
from datetime import timedelta

from celery import Celery
from kombu.exceptions import OperationalError
from sqlalchemy import or_, select, update
from sqlalchemy.exc import DBAPIError

from backend.states import RunState
from db import Doorbell, Run, now, transaction
from settings import settings

log = logging.getLogger(__name__)

WORK = "touchstone.work"  # the one task: look at this run
BATCH = 100

queue = Celery("touchstone", broker=settings.broker, set_as_current=False)
queue.conf.update(
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=False,  # the lease in SQL owns recovery, not the broker
    task_publish_retry=False,  # the doorbells table retries, without holding a page up
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "visibility_timeout": 60,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 30,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
    },
)


def ring(run_id: int) -> bool:
    """Tell the workers to look at a run; True when the broker took the message.

    Call it after the transaction that queued the run has ended. A broker that is away is
    no error: the reaper rings again.
    """
    once = {**queue.conf.broker_transport_options, "max_retries": 0}
    try:
        with queue.connection_for_write(settings.broker, transport_options=once) as connection:
            queue.send_task(WORK, args=[run_id], connection=connection)
    except (OperationalError, OSError) as error:
        log.warning("run %s could not be rung, it will be rung again: %s", run_id, error)
        return False
    with transaction() as session:
        bell = session.get(Doorbell, run_id)
        if bell is not None:
            bell.rung_at = now(session)
    return True


def look_around() -> None:
    """Take back what was lost, then ring what waits. A database that is away is waited for."""
    try:
        for run_id in take_back_lost():
            log.warning("run %s lost its worker", run_id)
        ring_the_waiting()
    except DBAPIError as error:
        log.warning("the database did not answer, trying again: %s", error)


def ring_the_waiting() -> int:
    """Ring every queued run that was never rung, or rung long ago; return how many rang."""
    with transaction(reading=True) as session:
        long_ago = now(session) - timedelta(seconds=settings.rering_seconds)
        waiting = session.scalars(
            select(Doorbell.run_id)
            .join(Run, Run.id == Doorbell.run_id)
            .where(Run.state == RunState.QUEUED)
            .where(or_(Doorbell.rung_at.is_(None), Doorbell.rung_at < long_ago))
            .order_by(Doorbell.run_id)
            .limit(BATCH)
        ).all()
    return sum(ring(run_id) for run_id in waiting)


def take_back_lost() -> list[int]:
    """Return to the queue every run whose lease ran out, and give their numbers.

    After `crash_limit` lost attempts a run is set aside instead, with all it wrote, so that
    one that kills its worker cannot do so for ever. Safe to run twice at once: each run is
    moved by one conditional update on its attempt.
    """
    with transaction() as session:
        present = now(session)
        lost = session.execute(
            select(Run.id, Run.attempt, Run.crashes)
            .where(Run.state == RunState.RUNNING, Run.lease_until < present)
            .limit(BATCH)
        ).all()
        taken = []
        for run_id, attempt, crashes in lost:
            over = crashes + 1 >= settings.crash_limit
            moved = session.scalar(
                update(Run)
                .where(Run.id == run_id, Run.attempt == attempt, Run.state == RunState.RUNNING)
                .where(Run.lease_until < present)
                .values(
                    state=RunState.QUARANTINED if over else RunState.QUEUED,
                    crashes=crashes + 1,
                    lease_until=None,
                    finished_at=present if over else None,
                    reason=_set_aside(crashes + 1) if over else None,
                )
                .returning(Run.id)
            )
            if moved and not over:
                session.merge(Doorbell(run_id=run_id, created_at=present, rung_at=None))
            if moved:
                taken.append(run_id)
    return taken


def _set_aside(crashes: int) -> str:
    return (
        f"The worker was lost {crashes} times while it worked on this run, so it was set aside. "
        "Everything it wrote was kept. Launch it again with a smaller preset."
    )
