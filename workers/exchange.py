"""What passes between this machine and the store that machines share, before a run and by it.

Without a store everything lies here already, and nothing is done.
"""

import contextlib
import logging
import threading
from functools import partial

from backend import attempts, datasets, files, store
from backend.attempts import Attempt
from backend.errors import FileDamaged, FileGone, StoreAway
from backend.outages import patiently
from settings import settings

log = logging.getLogger(__name__)


def fetch(attempt: Attempt, leave: threading.Event) -> None:
    """See that what an attempt reads lies on this machine.

    A checkpoint that is gone or damaged is passed over: the one before it is used. Raises
    TouchstoneError where anything else is missing, and GivenUp.
    """
    from backend import pasts  # scikit-learn: not loaded to look for runs

    dataset = patiently(partial(datasets.parquet_path, attempt.dataset_id), leave)
    for name in filter(None, (attempt.model, attempt.start)):
        model = patiently(partial(store.fetched, settings.data / name), leave)
        with contextlib.suppress(FileGone):  # then it is computed anew
            past = pasts.of_model(model, dataset)
            if past is not None:
                patiently(partial(store.fetched, past), leave)
    for kept in attempt.resume:
        folder = files.checkpoint(files.run_folder(kept.run_id, kept.attempt), kept.step)
        with contextlib.suppress(FileGone, FileDamaged):
            patiently(partial(store.fetched, folder), leave)


def record_checkpoint(run_id: int, attempt: int, step: int, manifest: str) -> bool:
    """Publish a checkpoint, then note it; False when the hold on the run is lost.

    One that cannot be published is noted all the same: this machine can go on from it. Of
    those that were, only what the attempt still keeps stays in the store.
    """
    folder = files.checkpoint(files.run_folder(run_id, attempt), step)
    try:
        store.publish(folder)
        kept = [path.name for path in folder.parent.iterdir()]
        store.discard(folder.parent, but=kept)
    except StoreAway:
        log.warning("checkpoint %s of run %s lies on this machine only", step, run_id)
    except FileNotFoundError:
        log.info("checkpoint %s of run %s was followed by others already", step, run_id)
    return attempts.record_checkpoint(run_id, attempt, step, manifest)


def publish(attempt: Attempt, leave: threading.Event) -> None:
    """Publish what a finished training left: its folder, and the past that its model reads."""
    from backend import pasts

    folder = files.run_folder(attempt.run_id, attempt.number)
    if (folder / pasts.LINK).exists():
        patiently(partial(store.publish, pasts.linked(folder)), leave)
    patiently(partial(store.publish, folder), leave)
    for number in range(1, attempt.number + 1):
        before = files.run_folder(attempt.run_id, number) / files.CHECKPOINTS
        patiently(partial(store.discard, before), leave)
