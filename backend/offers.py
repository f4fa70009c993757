"""What live workers can train, as each of them said at its start. Pages need no torch for it."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy import insert as insert_into

from backend.errors import OptionsRefused
from db import Offer as Row
from db import now, transaction
from settings import settings


@dataclass(frozen=True)
class Offer:
    """One model family a worker can train."""

    family: str
    title: str
    summary: str
    order: int
    presets: dict[str, dict[str, Any]]  # title -> {"about": sentence, "options": values}
    options: dict[str, Any]  # JSON schema of the family's options
    need: str = "cpu"  # gpu: learns best on a graphics card


@dataclass(frozen=True)
class Worker:
    """A worker that gave a sign of life within its lease."""

    name: str
    device: str
    seen_at: datetime


def publish(worker: str, device: str, offered: list[Offer]) -> None:
    """Replace what one worker offers, and mark it as seen now."""
    with transaction() as session:
        session.execute(delete(Row).where(Row.worker == worker))
        seen = {"worker": worker, "device": device, "seen_at": now(session)}
        session.execute(insert_into(Row), [{**asdict(offer), **seen} for offer in offered])


def live() -> list[Offer]:
    """Return each family that a live worker can train, in menu order; empty when none lives."""
    with transaction(reading=True) as session:
        since = now(session) - timedelta(seconds=settings.lease_seconds)
        rows = session.scalars(select(Row).where(Row.seen_at >= since).order_by(Row.order)).all()
    by_family = {row.family: row for row in rows}
    return [
        Offer(row.family, row.title, row.summary, row.order, row.presets, row.options, row.need)
        for row in by_family.values()
    ]


def one(family: str) -> Offer:
    """Return the live offer of one family. Raises OptionsRefused when no worker offers it."""
    for offer in live():
        if offer.family == family:
            return offer
    raise OptionsRefused("No worker that can train this family is running. Start one, then launch.")


def workers() -> list[Worker]:
    """Return the workers seen within one lease; empty when none is alive."""
    with transaction(reading=True) as session:
        since = now(session) - timedelta(seconds=settings.lease_seconds)
        rows = session.execute(
            select(Row.worker, func.max(Row.device), func.max(Row.seen_at))
            .where(Row.seen_at >= since)
            .group_by(Row.worker)
            .order_by(Row.worker)
        ).all()
    return [Worker(*row) for row in rows]
