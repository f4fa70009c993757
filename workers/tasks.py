"""What the queue can ask a worker to do: look at the runs, do the first, record how it ended.

`python -m workers.tasks <worker>` does the same for a trainer that no bell reaches, until no
run is left that it may take.
"""

import contextlib
import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from functools import partial
from typing import Any

from backend import attempts, jobs, outages
from backend.attempts import Attempt
from backend.errors import TouchstoneError
from backend.states import Failure
from workers import slot
from workers.device import die_with, worker_name
from workers.queue import app
from workers.supervise import supervise

log = logging.getLogger(__name__)


class Took(IntEnum):
    """What came of a look at the queue; also the exit codes of this module."""

    RUN = 0  # a run was done, whatever came of it
    NOTHING = 10  # there is none that this worker may take
    BUSY = 11  # its devices are in use already


@app.task(name=jobs.WORK)
def work(run_id: int) -> None:
    """Do the run whose turn it is: `run_id`, whose bell rang, or one that goes before it.

    Safe to deliver twice: a run another worker holds is left alone. The outcome lives in
    the runs table; the Celery result is never read.
    """
    with told_to_leave() as leave:
        log.info("run %s was rung: %s", run_id, take(worker_name(os.getppid()), leave).name)


def take(worker: str, leave: threading.Event) -> Took:
    """Claim the first run that this worker may take and do it, or say why not."""
    with slot.held(worker) as free:
        if not free:
            return Took.BUSY
        try:
            attempt = attempts.claim_next(worker)
        except outages.AWAY as error:
            log.warning("the database does not answer, nothing is taken: %s", error)
            return Took.NOTHING
        if attempt is None:
            return Took.NOTHING
        _do(attempt, leave)
        return Took.RUN


@contextmanager
def told_to_leave() -> Iterator[threading.Event]:
    """Yield an event that SIGTERM sets, so that nothing is broken off in the middle."""
    leave = threading.Event()

    def hear(*_: Any) -> None:
        leave.set()

    before = signal.signal(signal.SIGTERM, hear)
    try:
        yield leave
    finally:
        signal.signal(signal.SIGTERM, before)


def _do(attempt: Attempt, leave: threading.Event) -> None:
    hold = (attempt.run_id, attempt.number)
    try:
        supervise(attempt, leave)
        return
    except TouchstoneError as error:
        fail = partial(attempts.fail, *hold, str(error))
    except Exception:  # ours to mend: a plain sentence for the analyst, the traceback in the log
        log.exception("run %s stopped", attempt.run_id)
        reason = f"The run stopped on an internal error. It has been logged as run {hold[0]}."
        trace = traceback.format_exc()
        fail = partial(attempts.fail, *hold, reason, Failure.FAULT, trace)
    with contextlib.suppress(outages.GivenUp):
        outages.patiently(fail, leave)


def main(worker: str, parent: int) -> int:
    """Do runs until none is left, and return what came of the first look."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    die_with(parent)
    with told_to_leave() as leave:
        first = took = take(worker, leave)
        while took is Took.RUN and not leave.is_set():
            took = take(worker, leave)
    return first


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], int(sys.argv[2])))
