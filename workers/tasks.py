"""What the queue can ask a worker to do: look at one run, do it, record how it ended."""

import logging
import os
import socket

from backend import attempts, jobs
from backend.errors import TouchstoneError
from workers.queue import app
from workers.supervise import supervise

log = logging.getLogger(__name__)


@app.task(name=jobs.WORK)
def work(run_id: int) -> None:
    """Do one queued run, a training or a scoring, to its stored scores.

    Safe to deliver twice: a run another worker holds is left alone. The outcome lives in
    the runs table; the Celery result is never read.
    """
    attempt = attempts.claim(run_id, worker_name())
    if attempt is None:
        log.info("run %s is not waiting; skipped", run_id)
        return
    try:
        supervise(attempt)
    except TouchstoneError as error:
        attempts.fail(run_id, attempt.number, str(error))
    except Exception:  # ours to mend: a plain sentence for the analyst, the traceback in the log
        log.exception("run %s stopped", run_id)
        reason = f"The run stopped on an internal error. It has been logged as run {run_id}."
        attempts.fail(run_id, attempt.number, reason)


def worker_name() -> str:
    """Return the name of this worker: its machine and the process that started the pool."""
    return f"{socket.gethostname()}-{os.getppid()}"
