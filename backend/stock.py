"""What lies on this machine from before its files were shared: put into the store afterwards."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from backend import datasets, files, pasts, store
from backend.errors import PastGone
from backend.states import RunState
from db import Checkpoint, Run, transaction
from settings import settings


def publish() -> int:
    """Publish the datasets, models and checkpoints that lie here; return how many lie here.

    What is in the store already stays as it is; what lies on another machine is left to it.
    Raises StoreAway.
    """
    here = [path for path in _all() if path.exists()]
    for path in here:
        with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
            store.publish(path)
    return len(here)


def _all() -> Iterator[Path]:
    for dataset in datasets.list_all():
        if dataset.is_ready:
            yield from (dataset.parquet, dataset.quarantine)
    succeeded = select(Run.artefact).where(Run.artefact.is_not(None))
    kept = select(Checkpoint.run_id, Checkpoint.attempt, Checkpoint.step).join(Run)
    with transaction(reading=True) as session:
        models = session.scalars(succeeded.where(Run.state == RunState.SUCCEEDED)).all()
        checkpoints = session.execute(kept.where(Run.state != RunState.SUCCEEDED)).all()
    for name in models:
        model = settings.data / str(name)
        yield model
        if (model / pasts.LINK).exists():
            with contextlib.suppress(PastGone):
                yield pasts.linked(model)
    for run_id, attempt, step in checkpoints:
        yield files.checkpoint(files.run_folder(run_id, attempt), step)
