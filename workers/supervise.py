"""One job in a process of its own: order it, start it, follow it, record how it ended.

The child knows neither database nor network. It tells what happens as JSON lines on its
standard output; everything it makes lies in the attempt's folder (decisions/0003).
"""

import errno
import json
import logging
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from backend import attempts, datasets, files, outages, pieces
from backend.attempts import Attempt
from backend.queueing import SCORE
from backend.states import Failure
from settings import settings
from workers import endings, exchange, processes
from workers.child import Child
from workers.device import threads, worker_name
from workers.endings import Ending
from workers.heartbeat import Heartbeat
from workers.ledger import Ledger
from workers.order import FILE, SCRATCH
from workers.piecework import Part, Piecework
from workers.publish import publish
from workers.watch import End, Followed, Watch

log = logging.getLogger(__name__)

ROOM_FOR = 3  # checkpoints: the one being written, and the two that are kept
TRIED_AGAIN = {Failure.KILLED, Failure.CRASH, Failure.HANG, Failure.OOM_HOST}
REASONS = {
    Failure.OOM_GPU: "The graphics card ran out of memory, with half the batch as well. Launch the "
    "run again with a smaller batch or a smaller preset.",
    Failure.DISK: "There was no room on the disk. The run goes on by itself once there is.",
    Failure.DAMAGED: "A file that the run needs differs from what was written. Train the run it "
    "belongs to again.",
}
FAULT = (
    "The run stopped on an internal error, logged as run {}. The dataset and all earlier runs are "
    "untouched. Launch it again, or try another preset."
)


def supervise(attempt: Attempt, leave: threading.Event) -> None:
    """Do one claimed run from its order to its stored scores, whatever becomes of the child.

    Once `leave` is set the child writes a checkpoint and the run is given back. Call this in
    the main thread of a process: the child dies with the thread that starts it.
    """
    folder = files.run_folder(attempt.run_id, attempt.number)
    with closing(Heartbeat(attempt.run_id, attempt.number)) as heartbeat:
        try:
            followed = _follow(attempt, folder, heartbeat, leave)
            if followed.end is End.DONE:
                followed = Followed(publish(attempt, folder, heartbeat, leave))
            outages.patiently(partial(_record, attempt, followed), leave)
            if attempt.kind == SCORE:
                outages.patiently(partial(pieces.tidy, attempt.run_id), leave)
        except outages.GivenUp:
            log.warning("run %s is left to whoever finds it silent", attempt.run_id)


def _follow(
    attempt: Attempt, folder: Path, heartbeat: Heartbeat, leave: threading.Event
) -> Followed:
    """Have the child do the order; a disk without room is a way to end like others."""
    try:
        exchange.fetch(attempt, leave)
        _check_room(attempt)
        told = Ledger(attempt.run_id, attempt.number, leave)
        with closing(told) as ledger, ordered(attempt, folder, leave) as child:
            if attempt.kind == SCORE:
                part = part_of(attempt, worker_name(os.getppid()), leave, holds_run=True)
                return Piecework(child, heartbeat, ledger, leave, part).follow()
            return Watch(child, heartbeat, ledger, leave).follow()
    except OSError as error:
        if not endings.is_full(error):
            raise
        return Followed(End.FAILED, Ending(Failure.DISK))
    finally:
        for number in range(1, attempt.number + 1):  # one whose worker was killed left it behind
            files.remove(files.run_folder(attempt.run_id, number) / SCRATCH)


@contextmanager
def ordered(attempt: Attempt, folder: Path, leave: threading.Event) -> Iterator[Child]:
    """Start a process that does the order of an attempt in `folder`; none is left afterwards.

    Raises OSError when there is no room on the disk, and GivenUp.
    """
    folder.mkdir(parents=True, exist_ok=True)
    order = outages.patiently(partial(_order, attempt), leave)
    (folder / FILE).write_text(json.dumps(order))
    child = Child(folder, attempt.devices)
    try:
        yield child
    finally:
        child.end()


def part_of(attempt: Attempt, worker: str, leave: threading.Event, holds_run: bool) -> Part:
    """Return what a worker does of a scoring: as the one that holds the run, or as a helper."""
    assert attempt.model is not None, "a scoring names the run whose model scores"
    dataset = outages.patiently(partial(datasets.parquet_path, attempt.dataset_id), leave)
    model = settings.data / attempt.model
    return Part(attempt.run_id, attempt.number, dataset, model, worker, holds_run)


def _record(attempt: Attempt, followed: Followed) -> None:
    """Write down how the attempt ended; said twice it is written once."""
    hold = (attempt.run_id, attempt.number)
    if followed.end is End.CANCELLED:
        attempts.end_cancelled(*hold)
    elif followed.end is End.LEFT:
        attempts.give_back(*hold)
    elif followed.end is End.LOST:
        log.warning("run %s is held by another attempt; leaving it", attempt.run_id)
    elif followed.ending is not None:
        _record_failure(attempt, followed.ending, followed.reason)


def _record_failure(attempt: Attempt, ending: Ending, told: str) -> None:
    hold, failure, trace = (attempt.run_id, attempt.number), ending.failure, ending.trace
    log.error("run %s ended: %s\n%s", attempt.run_id, failure, trace)
    if failure is Failure.DISK:
        attempts.pause_disk(*hold, REASONS[failure])
    elif failure in TRIED_AGAIN:
        attempts.crashed(*hold, failure, trace)
    elif failure is not Failure.OOM_GPU or not attempts.halve(*hold):
        reason = told or REASONS.get(failure) or FAULT.format(attempt.run_id)
        attempts.fail(*hold, reason, failure, trace)


def _check_room(attempt: Attempt) -> None:
    """Raise OSError when the disk has no room for what the attempt may write."""
    last = _resumable(attempt)[:1]
    written = sum(map(files.size, last))
    wanted = ROOM_FOR * written + settings.spare_mb * 1024**2
    if shutil.disk_usage(settings.data).free < wanted:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _resumable(attempt: Attempt) -> list[Path]:
    """Return the folders of the checkpoints that the attempt can go on from, newest first."""
    kept = ((files.run_folder(at.run_id, at.attempt), at.step) for at in attempt.resume)
    return [files.checkpoint(folder, step).resolve() for folder, step in kept]


def _order(attempt: Attempt) -> dict[str, Any]:
    me = processes.look(os.getpid())
    assert me is not None, "who asks is alive"
    return {
        "run_id": attempt.run_id,
        "attempt": attempt.number,
        "kind": attempt.kind,
        "dataset": str(datasets.parquet_path(attempt.dataset_id).resolve()),
        "columns": attempt.columns,
        "clock": attempt.clock,
        "uncovered": attempt.uncovered,
        "family": attempt.family,
        "options": attempt.options,
        "label_delay_days": settings.label_delay_days,
        "threads": max(threads() // attempt.devices, 1),
        "model": str((settings.data / attempt.model).resolve()) if attempt.model else None,
        "start": str((settings.data / attempt.start).resolve()) if attempt.start else None,
        "resume": [str(folder) for folder in _resumable(attempt)],
        "devices": attempt.devices,
        "halvings": attempt.halvings,
        "encoder": settings.encoder,
        "encoder_revision": settings.encoder_revision,
        "supervisor": me.number,
        "supervisor_began": me.began,
    }
