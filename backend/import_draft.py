"""One file becomes one draft: read in a child process, in a folder that is gone when it fails."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from uuid import uuid4

from backend import children, drafts, recipes, uploads
from backend.dataset_view import Dataset
from backend.reading import ReadingOrder, ReadingTold, understand
from backend.steps.recipe import Fix
from backend.uploads import Origin
from settings import settings

COPYING = "copying-"  # folders of files that are no dataset yet
STALE_SECONDS = 3_600.0


def read_in(
    origin: Origin,
    name: str,
    fixes: tuple[Fix, ...],
    tell: Callable[[ReadingTold], None],
    stopped: Callable[[], bool] = lambda: False,
    keep: Callable[[], None] = lambda: None,
) -> Dataset:
    """Read a file in a child process and return its draft.

    The same bytes again give the dataset that is there. `tell` hears how far it is, `stopped`
    is asked several times a second, `keep` once before the draft is kept; it may raise. Raises
    what `understand` and `children.run` raise; nothing is kept then.
    """
    known = drafts.with_hash(origin.content_hash) if origin.content_hash else None
    if known is not None:
        return known
    folder, sealed_as = uploads.folder_of(f"{COPYING}{uuid4().hex}"), uuid4().hex
    folder.mkdir(parents=True)

    def beat() -> bool:
        os.utime(folder)  # in use: not to be swept
        return stopped()

    limit = settings.upload_limit if not origin.address else None
    order = ReadingOrder(
        origin, folder, sealed_as, settings.key_file, fixes, recipes.known(), limit
    )
    try:
        found = children.run(understand, order, tell=tell, stopped=beat)
        keep()
        return drafts.add(folder, name, found, sealed_as)
    finally:
        uploads.discard(folder)


def sweep() -> None:
    """Remove the folders of imports that were cut off an hour ago or more."""
    for folder in uploads.folder_of("").glob(f"{COPYING}*"):
        with suppress(FileNotFoundError):  # another sweep, or its own import, was faster
            if folder.stat().st_mtime < time.time() - STALE_SECONDS:
                uploads.discard(folder)
