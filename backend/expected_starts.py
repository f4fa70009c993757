"""When waiting runs will probably start: a walk through the queue with what past runs took."""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

Range = tuple[float, float]  # shortest and longest, seconds; infinity where it is not known
UNKNOWN: Range = (0.0, math.inf)


@dataclass(frozen=True)
class Job:
    """One waiting run, as far as its start depends on it."""

    run_id: int
    need: str  # gpu, cpu or batch
    devices: int
    not_before: float  # seconds from now; 0: at once
    takes: Range


@dataclass(frozen=True)
class Taker:
    """One live worker that takes further runs."""

    kind: str  # gpu or cpu
    devices: int
    frees: Range  # seconds from now; (0, 0): it is free


def fits(need: str, devices: int, taker: Taker, has_gpu: bool) -> bool:
    """True when a worker may take such a run; `has_gpu`: a worker with a graphics card lives."""
    return devices <= taker.devices and (need != "gpu" or taker.kind == "gpu" or not has_gpu)


def expected(jobs: Sequence[Job], takers: Sequence[Taker]) -> dict[int, Range]:
    """Return {run: (earliest, latest) start in seconds from now}, jobs in the queue's order.

    The queue is walked twice, once with every shortest time and once with every longest one.
    Latest is infinite where something before it takes a time nobody knows. A run that no
    worker can take is missing.
    """
    soonest, last = (
        _walk(jobs, [taker.frees[end] for taker in takers], takers, end) for end in (0, 1)
    )
    return {
        run_id: (min(soonest[run_id], last[run_id]), max(soonest[run_id], last[run_id]))
        for run_id in soonest
    }


def _walk(
    jobs: Sequence[Job], frees: Sequence[float], takers: Sequence[Taker], end: int
) -> dict[int, float]:
    """Let each worker, once free, take the first run it may; `end` chooses shortest or longest."""
    has_gpu = any(taker.kind == "gpu" for taker in takers)
    free = [(at, number) for number, at in enumerate(frees)]
    heapq.heapify(free)
    starts: dict[int, float] = {}
    while free:
        at, number = heapq.heappop(free)
        mine = [
            job
            for job in jobs
            if job.run_id not in starts and fits(job.need, job.devices, takers[number], has_gpu)
        ]
        if not mine:
            continue
        ready = [job for job in mine if job.not_before <= at]
        if not ready:
            heapq.heappush(free, (min(job.not_before for job in mine), number))
            continue
        starts[ready[0].run_id] = at
        heapq.heappush(free, (at + ready[0].takes[end], number))
    return starts
