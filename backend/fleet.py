"""The workers: who can do a run, on what, when each was last heard, and who takes no more."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, select, update

from backend.states import RunState
from db import Offer, Run, now, transaction
from db import Worker as Row
from settings import settings

FORGOTTEN_AFTER = 60  # leases of silence


@dataclass(frozen=True)
class Worker:
    """A worker as it last said it was."""

    name: str
    device: str  # in words
    kind: str  # gpu or cpu
    devices: int  # it may use at the same time
    draining: bool  # finishes its run, takes no other
    started_at: datetime
    seen_at: datetime
    silent_seconds: float  # since its last sign of life, on the database's clock
    run_id: int | None  # the run it holds

    @property
    def is_alive(self) -> bool:
        """True when it gave a sign of life within one lease."""
        return self.silent_seconds <= settings.lease_seconds


def register(name: str, device: str, kind: str, devices: int) -> None:
    """Enter a worker, or enter it anew; one that was draining still is."""
    with transaction() as session:
        present = now(session)
        row = session.get(Row, name) or Row(name=name, draining=False)
        row.device, row.kind, row.devices = device, kind, devices
        row.started_at = row.seen_at = present
        session.add(row)


def still_here(name: str) -> bool:
    """Mark a worker, and what it offers, as seen now; False when it is not entered (any more)."""
    with transaction() as session:
        present = now(session)
        session.execute(update(Offer).where(Offer.worker == name).values(seen_at=present))
        seen = update(Row).where(Row.name == name).values(seen_at=present).returning(Row.name)
        return session.scalar(seen) is not None


def leave(name: str) -> None:
    """Forget a worker and what it offered: it is leaving."""
    with transaction() as session:
        session.execute(delete(Offer).where(Offer.worker == name))
        session.execute(delete(Row).where(Row.name == name))


def drain(name: str, on: bool) -> None:
    """Have a worker finish what it does and take no other run, or take runs again."""
    with transaction() as session:
        session.execute(update(Row).where(Row.name == name).values(draining=on))


def listed() -> list[Worker]:
    """Return every worker entered, also those silent for a while, by name; empty before any."""
    with transaction(reading=True) as session:
        present = now(session)
        holding = and_(Run.worker == Row.name, Run.state == RunState.RUNNING)
        rows = session.execute(select(Row, Run.id).outerjoin(Run, holding).order_by(Row.name)).all()
    by_name = {row.name: (row, run_id) for row, run_id in rows}
    return [
        Worker(
            row.name,
            row.device,
            row.kind,
            row.devices,
            row.draining,
            row.started_at,
            row.seen_at,
            (present - row.seen_at).total_seconds(),
            run_id,
        )
        for row, run_id in by_name.values()
    ]


def alive() -> list[Worker]:
    """Return the workers seen within one lease, by name; empty when none is."""
    return [worker for worker in listed() if worker.is_alive]


def forget_silent() -> None:
    """Forget workers that have been silent for so long that nobody looks for them any more."""
    with transaction() as session:
        silence = timedelta(seconds=FORGOTTEN_AFTER * settings.lease_seconds)
        long_ago = now(session) - silence
        session.execute(delete(Offer).where(Offer.seen_at < long_ago))
        session.execute(delete(Row).where(Row.seen_at < long_ago))
