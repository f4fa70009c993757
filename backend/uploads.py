"""Files as they arrive: copied in chunks, hashed, locked while changed, swept when cut off."""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from backend.errors import FileRefused
from backend.steps.intake import CHUNK
from settings import settings

Progress = Callable[[float, str], None]  # share done 0 to 1, what is being done

COPIED = 0.15  # share of receiving done once the bytes are here
COPYING = "copying-"  # folders of uploads that are no dataset yet
STALE_SECONDS = 3_600
MEGABYTE = 1_000_000
TOO_LARGE = "The file is larger than {limit:,} MB. Split it, or raise the upload limit."


def silent(_share: float, _what: str) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True)
class Upload:
    folder: Path
    content_hash: str  # SHA-256 of the bytes as given
    bytes: int

    @property
    def raw(self) -> Path:
        """The file itself, in UTF-8 once `understand` has begun."""
        return self.folder / "raw.csv"


def folder_of(content_hash: str) -> Path:
    """Return the folder a draft is kept in until it is accepted."""
    return settings.data / "uploads" / content_hash


def keep(file: BinaryIO, progress: Progress) -> Upload:
    """Copy a file into a folder of its own in 1 MiB chunks, hashing it on the way.

    Raises FileRefused, and keeps nothing, when it is larger than the upload limit.
    """
    _sweep()
    folder = folder_of(f"{COPYING}{uuid4().hex}")
    folder.mkdir(parents=True)
    digest, copied, total = hashlib.sha256(), 0, _size(file)
    with (folder / "raw.csv").open("wb") as target:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            copied += target.write(chunk)
            progress(COPIED * copied / max(total, copied), "Copying the file")
            if copied > settings.upload_limit_mb * MEGABYTE:
                discard(folder)
                raise FileRefused(TOO_LARGE.format(limit=settings.upload_limit_mb))
    return Upload(folder, digest.hexdigest(), copied)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other changes of one draft waiting until the block ends.

    The lock is on the folder itself, so none is left behind; a folder that is gone needs none.
    """
    handle = os.open(folder, os.O_RDONLY) if folder.is_dir() else None
    try:
        if handle is not None:
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _sweep() -> None:
    """Remove what uploads that were cut off left behind an hour ago or more."""
    for folder in folder_of("").glob(f"{COPYING}*"):
        with suppress(FileNotFoundError):  # another sweep, or its own upload, was faster
            if folder.stat().st_mtime < time.time() - STALE_SECONDS:
                discard(folder)


def _size(file: BinaryIO) -> int:
    if not file.seekable():
        return 0
    here = file.tell()
    size = file.seek(0, 2)
    file.seek(here)
    return size - here


def discard(folder: Path) -> None:
    """Delete an upload's folder; one that is gone already is no error."""
    shutil.rmtree(folder, ignore_errors=True)
