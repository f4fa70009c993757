"""A trainer's own look at the runs, beside its queue: a bell may be lost, or a trainer deaf.

A thread of the trainer's main process. When a run waits and nothing is done about it, it starts
`workers.tasks`, which does it outside the pool; when that does not help, the trainer ends, so
that whoever started it starts it anew. All it starts ends with the trainer.
"""

import contextlib
import logging
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from celery.signals import worker_ready, worker_shutdown, worker_shutting_down

from backend import attempts, checkpoints, outages, pieces
from settings import ROOT, settings
from workers import announce, processes, slot, sweep
from workers.device import worker_name
from workers.tasks import Took

log = logging.getLogger(__name__)

HEARD_WITHIN = 2.0  # seconds after which a bell has reached a trainer that hears
STARVED = 90.0  # seconds a run may wait while nothing is done
IN_VAIN = 3  # looks in a row that took nothing
GREW = 1.5  # times the memory at the start, from which on a trainer is started anew
LEAVING_EVERY = 0.5  # seconds between two words to whoever still does a run
STARTED_ANEW = 70  # exit code of a trainer that wants to be


class Poll:
    """What a trainer does between two looks."""

    def __init__(self) -> None:
        self.worker = worker_name(os.getpid())
        self.leaving = threading.Event()
        self.taking: subprocess.Popen[bytes] | None = None
        self.in_vain = 0
        self.memory = 0  # at the first look after all it offers was loaded
        self.thread = threading.Thread(target=self._look_on, name="poll", daemon=True)

    def leave(self) -> None:
        """Ask whoever does a run here to give it back, until nobody does."""
        self.leaving.set()

    def close(self) -> None:
        """Return once nothing that was started here is left."""
        self.leaving.set()
        if self.taking is not None:
            self.taking.wait()
        slot.forget(self.worker)

    def _look_on(self) -> None:
        while not self.leaving.wait(settings.poll_seconds):
            try:
                self._look()
            except outages.AWAY as error:
                log.warning("the database does not answer, nothing is looked for: %s", error)
        while True:
            self._ask_to_leave()
            time.sleep(LEAVING_EVERY)

    def _look(self) -> None:
        if self._is_busy():
            self.in_vain = 0
            return
        waited = attempts.longest_wait(self.worker)
        if waited > STARVED and self.in_vain >= IN_VAIN:
            log.critical("a run waits for %.0f s and cannot be taken; starting anew", waited)
            os._exit(STARTED_ANEW)
        if waited >= min(HEARD_WITHIN, settings.poll_seconds):
            self._take()
        elif not self.memory:
            self.memory = _resident() if announce.entered.is_set() else 0
        elif _resident() > GREW * self.memory:
            log.warning("this trainer grew to %d MB; starting anew", _resident() // 2**20)
            os.kill(os.getpid(), signal.SIGTERM)

    def _is_busy(self) -> bool:
        """Tell whether a run is done here; takes note of what the last try to do one came to."""
        if self.taking is not None:
            code = self.taking.poll()
            if code is None:
                return True
            self.taking = None
            self.in_vain = 0 if code in (Took.RUN, Took.BUSY) else self.in_vain + 1
        return slot.holder(self.worker) is not None

    def _take(self) -> None:
        me = str(os.getpid())
        command = [sys.executable, "-m", "workers.tasks", self.worker, me]
        self.taking = subprocess.Popen(command, cwd=ROOT)

    def _ask_to_leave(self) -> None:
        doing = slot.holder(self.worker)
        process = processes.look(doing) if doing else None
        if process is not None and process.parent == os.getpid():  # not of another trainer
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.kill(process.number, signal.SIGTERM)


@worker_ready.connect
def begin(**_: Any) -> None:
    """End what a trainer before this one left running, and begin to look."""
    sweep.end_orphans()
    slot.forget_gone()
    poll = Poll()
    worker_shutting_down.connect(lambda **_: poll.leave(), weak=False)
    worker_shutdown.connect(lambda **_: poll.close(), weak=False)
    poll.thread.start()
    with contextlib.suppress(*outages.AWAY):  # the next trainer that begins removes them
        checkpoints.remove_needless()
        pieces.tidy_all()


def _resident() -> int:
    """Return the bytes of memory that this process occupies."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()
