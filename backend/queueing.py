"""Put a run into the queue: its row and its doorbell in one transaction, then the bell is rung."""

import hashlib
import time
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend import jobs
from backend.outages import AWAY
from backend.states import RunState
from backend.turns import CPU
from db import Doorbell, Run, now, transaction

SLOTS = 6  # colours and dashes there are; a run keeps its own for life
TRAIN, SCORE = "train", "score"
WAITS = (0.1, 0.5, 2.0)  # seconds before a database that does not answer is asked again


@dataclass(frozen=True)
class Wanted:
    """A run somebody, or Touchstone itself, wants done."""

    kind: str  # TRAIN or SCORE
    name: str
    dataset_id: int
    family: str
    preset: str
    options: dict[str, Any]
    of_run_id: int | None = None  # the run whose model scores, kind SCORE only
    slot: int | None = None  # None: the next of those that people's runs take in turn
    automatic: bool = False  # a baseline nobody had to ask for
    need: str = CPU  # the queue it waits in: gpu, cpu or batch
    devices: int = 1  # to train on at the same time
    continues: int | None = None  # the failed run whose checkpoint it goes on from


def queue(wanted: Wanted, idem_key: str) -> int:
    """Queue a run and return its number; the same kind and `idem_key` give the same run.

    A database that does not answer is asked a few times more. If it had stored the run and only
    its answer was lost, that run is found by its key, and the reaper rings for it.
    """
    key = _hashed(wanted.kind, idem_key)
    for wait in (*WAITS, None):
        try:
            run_id = _insert(wanted, key)
            break
        except IntegrityError:  # a second click, or a second tab, was faster
            before = queued_before(wanted.kind, idem_key)
            assert before is not None, "only the key of another run can stand in the way"
            return before
        except AWAY:
            if wait is None:
                raise
            time.sleep(wait)
    jobs.ring(run_id)
    return run_id


def queued_before(kind: str, idem_key: str) -> int | None:
    """Return the run that was ever queued with this key, or None."""
    with transaction(reading=True) as session:
        return session.scalar(select(Run.id).where(Run.idem_key == _hashed(kind, idem_key)))


def _hashed(kind: str, idem_key: str) -> str:
    return hashlib.sha256(f"{kind}:{idem_key}".encode()).hexdigest()


def _insert(wanted: Wanted, key: str) -> int:
    with transaction() as session:
        values = asdict(wanted)
        if wanted.slot is None:
            values["slot"] = _next_slot(session)
        run = Run(**values, idem_key=key, state=RunState.QUEUED, created_at=now(session))
        session.add(run)
        session.flush()
        run.place = float(run.id)
        session.add(Doorbell(run_id=run.id, created_at=run.created_at))
        return run.id


def _next_slot(session: Session) -> int:
    peoples = select(func.count()).where(Run.kind == TRAIN, Run.automatic.is_(False))
    return session.execute(peoples).scalar_one() % SLOTS
