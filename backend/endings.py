"""How an attempt ends: well, badly, cancelled, or with the run back in the queue.

Each ending is one conditional update that names the attempt; False says that it holds the run
no more, and that nothing was written.
"""

import random
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend import baselines
from backend.hold import held, landed, let_go
from backend.states import Failure, RunState
from db import Checkpoint, Run, now, transaction
from settings import settings

LIMITS = {Failure.OOM_HOST: 2}  # attempts: what filled the memory twice will fill it again
TIMES_LONGER = 4.0  # that each further wait after a crash is
JITTER = (0.8, 1.2)  # times a wait: runs that crashed together do not return together


def succeed(run_id: int, attempt: int, **result: Any) -> bool:
    """End the attempt well and publish its result.

    `result` may hold artefact, metrics, split, test_reads and scored_rows. The boosted trees
    that the run is to be held against are queued, unless they were before; see `baselines`.
    """
    if not _end(run_id, attempt, RunState.SUCCEEDED, failure=None, trace=None, **result):
        return False
    baselines.queue_trees(run_id)
    return True


def fail(
    run_id: int,
    attempt: int,
    reason: str,
    failure: Failure = Failure.BAD_DATA,
    trace: str = "",
) -> bool:
    """End the attempt for a reason the analyst can read, with the end of its log in `trace`."""
    diverged = failure is Failure.DIVERGED
    state = RunState.FAILED_DIVERGED if diverged else RunState.FAILED
    return _end(run_id, attempt, state, reason=reason, failure=failure, trace=trace or None)


def end_cancelled(run_id: int, attempt: int) -> bool:
    """End the attempt because somebody asked."""
    return _end(run_id, attempt, RunState.CANCELLED)


def give_back(run_id: int, attempt: int) -> bool:
    """Return the run to the queue because this worker is leaving; it counts as no crash."""
    with transaction() as session:
        change = held(run_id, attempt)
        return let_go(session, change, now(session), waits_until=None, failure=None) is not None


def halve(run_id: int, attempt: int) -> bool:
    """Return a run that filled its graphics card to the queue, to go on with half the batch.

    Once in the life of a run; False as well when it was done before.
    """
    with transaction() as session:
        whole = held(run_id, attempt).where(Run.halvings == 0)
        halved: dict[str, Any] = {"halvings": Run.halvings + 1, "failure": Failure.OOM_GPU}
        return let_go(session, whole, now(session), **halved) is not None


def pause_disk(run_id: int, attempt: int, reason: str) -> bool:
    """Put the run aside until there is room on the disk; it counts as no crash."""
    with transaction() as session:
        present = now(session)
        paused: dict[str, Any] = {
            "to": RunState.PAUSED_DISK,
            "failure": Failure.DISK,
            "reason": reason,
            "waits_until": present + timedelta(seconds=settings.retry_seconds),
        }
        return let_go(session, held(run_id, attempt), present, **paused) is not None


def crashed(run_id: int, attempt: int, failure: Failure, trace: str = "") -> bool:
    """Count a crash: the run waits and is tried again, or is set aside when that was enough."""
    with transaction() as session:
        crashes = session.scalar(select(Run.crashes).where(Run.id == run_id).with_for_update())
        return count_crash(session, held(run_id, attempt), crashes or 0, failure, trace)


def count_crash(
    session: Session, change: Any, crashes: int, failure: Failure, trace: str = ""
) -> bool:
    """Count one more crash of the run that `change` names; False when the change did not land.

    After `crash_limit` crashes the run is set aside with all it wrote, so that one that ends
    its worker cannot do so for ever. Otherwise it is queued again, after a wait that grows
    fourfold with each crash; a run whose worker was lost need not wait.
    """
    present = now(session)
    known: dict[str, Any] = {"crashes": crashes + 1, "failure": failure, "trace": trace or None}
    if crashes + 1 < min(settings.crash_limit, LIMITS.get(failure, settings.crash_limit)):
        wait = settings.retry_seconds * TIMES_LONGER**crashes * random.uniform(*JITTER)
        due = None if failure is Failure.LOST else present + timedelta(seconds=wait)
        return let_go(session, change, present, waits_until=due, **known) is not None
    aside: dict[str, Any] = {"to": RunState.QUARANTINED, "reason": _set_aside(crashes + 1)}
    return let_go(session, change, present, **aside, **known) is not None


def _end(run_id: int, attempt: int, state: RunState, **values: Any) -> bool:
    with transaction() as session:
        present = now(session)
        ended = held(run_id, attempt).values(
            state=state, finished_at=present, lease_until=None, seconds_left=None, **values
        )
        if landed(session, ended):
            if state is RunState.SUCCEEDED:  # nothing goes on from it any more
                session.execute(delete(Checkpoint).where(Checkpoint.run_id == run_id))
            return True
        mine = select(Run.id).where(Run.id == run_id, Run.attempt == attempt, Run.state == state)
        return session.scalar(mine) is not None  # told twice: the first answer did not arrive


def _set_aside(crashes: int) -> str:
    return (
        f"The worker was lost {crashes} times while it worked on this run, so it was set aside. "
        "Everything it wrote was kept. Launch it again with a smaller preset."
    )
