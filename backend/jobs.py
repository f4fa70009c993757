"""The doorbell: the only place that rings the queue, and what keeps a run from being forgotten.

The runs table is the truth; a message says only "look at run X" (decisions/0003). A bell that
could not be rung stays in `doorbells` and is rung later.
"""

import logging
from datetime import timedelta
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError
from sqlalchemy import or_, select, update

from backend import turns
from db import Doorbell, Run, now, transaction
from settings import settings

log = logging.getLogger(__name__)

WORK = "touchstone.work"  # the task: look at this run
PIECE = "touchstone.piece"  # another: help the worker that scores a dataset for this run
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
    """Tell the workers that may take a run to look at it; True when the broker took the message.

    Call it after the transaction that queued the run has ended. A broker that is away is
    no error: the reaper rings again.
    """
    with transaction(reading=True) as session:
        where = select(turns.heard_in(now(session))).where(Run.id == run_id)
        queue_name = session.execute(where).scalar_one()
    return bool(_ring({run_id: queue_name}))


def ring_the_waiting() -> int:
    """Ring every queued run that is due and was never rung, or long ago; return how many rang."""
    with transaction(reading=True) as session:
        present = now(session)
        long_ago = present - timedelta(seconds=settings.rering_seconds)
        waiting: Any = session.execute(
            select(Run.id, turns.heard_in(present))
            .join(Doorbell, Run.id == Doorbell.run_id)
            .where(turns.is_due(Run, present))
            .where(or_(Doorbell.rung_at.is_(None), Doorbell.rung_at < long_ago))
            .order_by(*turns.in_order())
            .limit(BATCH)
        ).all()
    return len(_ring(dict(waiting)))


def send(task: str, number: int, queue_name: str) -> bool:
    """Send one message with one number; True when the broker took it."""
    return bool(_send(task, {number: queue_name}))


def _ring(queues: dict[int, str]) -> list[int]:
    rung = _send(WORK, queues)
    with transaction() as session:
        bells = select(Doorbell.run_id).where(Doorbell.run_id.in_(rung))
        free = bells.with_for_update(skip_locked=True)  # another reaper may ring the same
        heard = update(Doorbell).where(Doorbell.run_id.in_(session.scalars(free).all()))
        session.execute(heard.values(rung_at=now(session)))
    return rung


def _send(task: str, queues: dict[int, str]) -> list[int]:
    """Send each number to its queue over one connection; return those the broker took."""
    sent: list[int] = []
    once = {**queue.conf.broker_transport_options, "max_retries": 0}
    try:
        with queue.connection_for_write(settings.broker, transport_options=once) as connection:
            for number, name in queues.items():
                queue.send_task(task, args=[number], queue=name, connection=connection)
                sent.append(number)
    except (OperationalError, OSError) as error:
        log.warning("the broker did not answer, it will be rung again: %s", error)
    return sent
