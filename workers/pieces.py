"""What the queue `batch` can ask of a worker: to help with the scoring of a dataset."""

import logging
import os
import threading
from uuid import uuid4

from backend import attempts, files, jobs, outages, pieces
from backend.errors import TouchstoneError
from workers import exchange, slot
from workers.device import worker_name
from workers.piecework import Bystander, Piecework
from workers.queue import app
from workers.supervise import ordered, part_of
from workers.tasks import told_to_leave

log = logging.getLogger(__name__)


@app.task(name=jobs.PIECE)
def help_out(run_id: int) -> None:
    """Score pieces of a run that another worker holds, until none is free or a run waits.

    Safe to deliver twice, late or never: each piece goes to exactly one worker, and the worker
    that holds the run does what nobody else did.
    """
    worker = worker_name(os.getppid())
    with told_to_leave() as leave, slot.held(worker) as free:
        try:
            if free and run_id in pieces.waiting():
                lend_a_hand(run_id, worker, leave)
        except outages.AWAY as error:
            log.warning("the database does not answer, no piece is taken: %s", error)
        except outages.GivenUp:
            log.warning("a piece of run %s is left to whoever finds it silent", run_id)
        except TouchstoneError as error:
            log.warning("run %s is not helped with: %s", run_id, error)


def lend_a_hand(run_id: int, worker: str, leave: threading.Event) -> None:
    """Score pieces of a run until none is free, a run waits, or `leave` is set.

    Raises TouchstoneError when the model or the dataset is not to be had here.
    """
    attempt = attempts.look(run_id)
    exchange.fetch(attempt, leave)
    folder = pieces.folder_of(run_id) / f"helper-{uuid4().hex}"
    try:
        with ordered(attempt, folder, leave) as child:
            nobody, part = Bystander(), part_of(attempt, worker, leave, holds_run=False)
            followed = Piecework(child, nobody, nobody, leave, part).follow()
        log.info("run %s was helped with: %s", run_id, followed.end)
    finally:
        files.remove(folder)
