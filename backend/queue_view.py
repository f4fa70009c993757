"""The queue as pages see it: who waits, behind what and until when, and who works on what."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select

from backend import fleet, pieces, runs
from backend.expected_starts import UNKNOWN, Job, Range, Taker, expected, fits
from backend.fleet import Worker
from backend.pieces import Progress
from backend.queueing import SCORE, TRAIN
from backend.run_view import Run, select_runs, to_run
from backend.states import LIVE, RunState
from backend.turns import GPU, in_order
from db import Doorbell, Piece, now, transaction
from db import Run as RunRow
from settings import settings

LATE = 30.0  # seconds after which a bell that never rang is worth a word
MARGIN = (0.8, 1.2)  # of what a run at work says is left


class Reason(StrEnum):
    """Why a run waits."""

    NO_WORKER = "no worker"  # none is alive
    DEVICES = "devices"  # it asks for more at the same time than any worker has
    DRAINING = "draining"  # those that could take it take nothing more
    LATER = "later"  # it crashed, and waits before it is tried again
    DISK = "disk"  # there is no room on the disk
    BEHIND = "behind"  # another waiting run goes first
    BUSY = "busy"  # whoever could take it is at work
    SOON = "soon"  # nothing stands in its way


@dataclass(frozen=True)
class Waiting:
    """One waiting run."""

    run: Run
    place: int  # 1 for the next; 0 for one that is paused, and stands in no line
    reason: Reason
    behind: Run | None  # the run it waits for: before it in the queue, or at work
    starts: tuple[datetime, datetime | None] | None  # earliest and latest; None: not foreseen
    takes: Range | None  # seconds, shortest and longest; None with no past run


@dataclass(frozen=True)
class Working:
    """One run at work."""

    run: Run
    worker: Worker | None  # None once it is not listed any more
    pieces: Progress | None  # of a scoring that was divided


@dataclass(frozen=True)
class Queue:
    """What waits and what is at work, and on whom."""

    at: datetime  # on the database's clock
    working: tuple[Working, ...]
    waiting: tuple[Waiting, ...]
    workers: tuple[Worker, ...]
    piecework: dict[str, int]  # {name of a worker: the run whose piece it scores}
    is_late: bool  # the broker takes no message: workers find runs by themselves, later


def look() -> Queue:
    """Return the queue as it stands, in the order in which runs will be taken."""
    with transaction(reading=True) as session:
        at = now(session)
        live = select_runs().where(RunRow.state.in_(LIVE)).order_by(*in_order())
        found = [to_run(row) for row in session.execute(live)]
        unheard = Doorbell.created_at < at - timedelta(seconds=LATE)
        unrung = select(func.count()).where(Doorbell.rung_at.is_(None), unheard)
        is_late = bool(session.scalar(unrung))
        held = (Piece.state == pieces.RUNNING, Piece.lease_until >= at)
        pairs = session.execute(select(Piece.worker, Piece.run_id).where(*held)).all()
    workers = fleet.listed()
    at_work = [run for run in found if run.state is RunState.RUNNING]
    waits = [run for run in found if run.state is RunState.QUEUED]
    paused = [run for run in found if run.state is RunState.PAUSED_DISK]
    return Queue(
        at,
        tuple(_working(run, workers) for run in at_work),
        (
            *_waiting(waits, at_work, workers, at),
            *(Waiting(run, 0, Reason.DISK, None, None, None) for run in paused),
        ),
        tuple(workers),
        {worker: run_id for worker, run_id in pairs if worker},
        is_late,
    )


def silence(run: Run) -> float | None:
    """Return for how many seconds the worker of a run at work was not heard.

    None while that is less than half a lease, and for a run that is not at work.
    """
    if run.state is not RunState.RUNNING:
        return None
    holder = next((worker for worker in fleet.listed() if worker.name == run.worker), None)
    return holder.silent_seconds if holder and is_silent(holder) else None


def ready() -> int:
    """Return how many workers were heard within half a lease and take runs."""
    return sum(not (is_silent(worker) or worker.draining) for worker in fleet.listed())


def is_silent(worker: Worker) -> bool:
    """True once a worker was not heard for half a lease; after a whole one it counts as lost."""
    return worker.silent_seconds >= settings.lease_seconds / 2


def _working(run: Run, workers: Sequence[Worker]) -> Working:
    holder = next((worker for worker in workers if worker.run_id == run.id), None)
    divided = pieces.progress(run.id) if run.kind == SCORE else None
    return Working(run, holder, divided if divided and divided.pieces else None)


def _waiting(
    waits: Sequence[Run], at_work: Sequence[Run], workers: Sequence[Worker], at: datetime
) -> list[Waiting]:
    alive = [worker for worker in workers if worker.is_alive]
    known = _durations([*waits, *at_work])
    busy = {run.id: run for run in at_work}
    takers = [
        Taker(worker.kind, worker.devices, _frees(busy.get(worker.run_id or 0), known, at))
        for worker in alive
        if not worker.draining
    ]
    starts = expected([_job(run, known, at) for run in waits], takers)
    return [
        Waiting(
            run,
            place,
            *_why(run, waits[: place - 1], alive, busy, at),
            _moments(starts.get(run.id), at),
            known[_sort(run)],
        )
        for place, run in enumerate(waits, start=1)
    ]


def _why(
    run: Run, before: Sequence[Run], alive: Sequence[Worker], busy: dict[int, Run], at: datetime
) -> tuple[Reason, Run | None]:
    """Return why a run waits, and for which other run."""
    has_gpu = any(worker.kind == GPU and not worker.draining for worker in alive)
    able = [worker for worker in alive if _can(worker, run, has_gpu)]
    willing = [worker for worker in able if not worker.draining]
    ahead = [one for one in before if any(_can(worker, one, has_gpu) for worker in willing)]
    held = [busy[worker.run_id] for worker in willing if worker.run_id in busy]
    if not willing:
        if not alive:
            return Reason.NO_WORKER, None
        return (Reason.DRAINING if able else Reason.DEVICES), None
    if _seconds_until(run.waits_until, at) > 0:
        return Reason.LATER, None
    if ahead:
        return Reason.BEHIND, ahead[-1]
    if len(held) == len(willing):
        return Reason.BUSY, min(held, key=lambda one: one.seconds_left or math.inf)
    return Reason.SOON, None


def _can(worker: Worker, run: Run, has_gpu: bool) -> bool:
    return fits(run.need, run.devices, Taker(worker.kind, worker.devices, UNKNOWN), has_gpu)


def _job(run: Run, known: dict[tuple[object, ...], Range | None], at: datetime) -> Job:
    later = _seconds_until(run.waits_until, at)
    return Job(run.id, run.need, run.devices, later, known[_sort(run)] or UNKNOWN)


def _frees(run: Run | None, known: dict[tuple[object, ...], Range | None], at: datetime) -> Range:
    """Return in how many seconds a worker is free that does this run, or none."""
    if run is None:
        return 0.0, 0.0
    if run.seconds_left is not None:
        return MARGIN[0] * run.seconds_left, MARGIN[1] * run.seconds_left
    takes, spent = known[_sort(run)], -_seconds_until(run.started_at or at, at, least=-math.inf)
    if takes is None:
        return UNKNOWN
    return max(takes[0] - spent, 0.0), max(takes[1] - spent, 0.0)


def _durations(found: Sequence[Run]) -> dict[tuple[object, ...], Range | None]:
    """What a run of each sort takes here, asked once per sort."""
    by_sort = {_sort(run): run for run in found}
    return {
        sort: runs.estimate(run.dataset_id, run.family, run.preset) if run.kind == TRAIN else None
        for sort, run in by_sort.items()
    }


def _sort(run: Run) -> tuple[object, ...]:
    return run.kind, run.dataset_id, run.family, run.preset


def _seconds_until(moment: datetime | None, at: datetime, least: float = 0.0) -> float:
    return least if moment is None else max((moment - at).total_seconds(), least)


def _moments(start: Range | None, at: datetime) -> tuple[datetime, datetime | None] | None:
    if start is None or math.isinf(start[0]):
        return None
    latest = None if math.isinf(start[1]) else at + timedelta(seconds=start[1])
    return at + timedelta(seconds=start[0]), latest
