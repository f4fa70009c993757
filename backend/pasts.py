"""What happened before each transaction of a dataset: computed once, kept beside its file.

One folder for each plan, named by a digest of the plan and the file, shared by all runs that ask
for the same features and removed with the dataset. It is complete or it is not there.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from backend import files, store
from backend.errors import FileGone, PastGone
from backend.steps import archive, feature_table, shelves
from backend.steps.features import Plan

FEATURES = "features.parquet"
SORTED = "sorted"  # in the folder for what does not fit in memory
LINK = "past.json"  # in the folder of a model: where the past that it reads lies
VERSION = 2  # raised when the same plan gives other numbers or other files

Heard = Callable[[float], None]  # called with the share that is done, 0 to 1


def unheard(_share: float) -> None:
    """Report progress to nobody."""


def folder_of(plan: Plan, dataset: Path) -> Path:
    """Return where the past of a dataset's Parquet file lies, as this plan looks at it."""
    told = {"version": VERSION, "plan": plan.to_plain(), "bytes": dataset.stat().st_size}
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    return dataset.parent / f"past-{digest[:16]}"


def prepared(plan: Plan, dataset: Path, scratch: Path, heard: Heard = unheard) -> Path:
    """Return the folder with the past of a dataset's Parquet file; computed unless it is there.

    Of two that ask at once one computes and the other waits. What a killed process left behind
    is replaced. `scratch` is an existing folder for what does not fit in memory.
    """
    folder = folder_of(plan, dataset)
    with _alone(dataset.parent):
        if not folder.exists():
            draft = folder.with_suffix(".draft")
            files.remove(draft)
            draft.mkdir()
            shelves.fill(plan, dataset, scratch / SORTED, scratch)
            whole = scratch / SORTED, draft / FEATURES
            feature_table.build(plan, dataset, *whole, scratch, heard)
            archive.write(plan, scratch / SORTED, draft)
            files.remove(scratch / SORTED)
            files.seal(draft)
            draft.rename(folder)
    return folder


def link(model: Path, past: Path) -> None:
    """Note in the folder of a model where the past that it reads lies, seen from there."""
    told = {"folder": os.path.relpath(past.resolve(), model.resolve())}
    (model / LINK).write_text(json.dumps(told))


def linked(model: Path) -> Path:
    """Return the folder that `link` noted, fetched when it does not lie on this machine.

    Raises PastGone when nothing lies there any more.
    """
    told: dict[str, str] = json.loads((model / LINK).read_text())
    try:
        folder = store.fetched((model.resolve() / told["folder"]).resolve())
    except FileGone:
        raise PastGone from None
    if not folder.is_dir():
        raise PastGone
    return folder


def of_model(model: Path, dataset: Path) -> Path | None:
    """Return where the past of a dataset lies, or will, that the model of a folder looks at.

    None when it looks at none. Read without the model, which takes seconds to open.
    """
    reader = model / "reader.json"
    plan = json.loads(reader.read_text()).get("past") if reader.exists() else None
    return folder_of(Plan.from_plain(plan), dataset) if plan else None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep others waiting until the block ends; a process that dies lets go."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
