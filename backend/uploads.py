"""Where the bytes of a file come from, and the folder of the draft it becomes."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import Any, BinaryIO

from backend import addresses
from backend.errors import FileRefused
from backend.steps.intake import CHUNK
from settings import settings

Progress = Callable[[float, str], None]  # share done 0 to 1, what is being done

MEBIBYTE = 1 << 20
TOO_LARGE = (
    "The file is larger than {limit:,} MiB, the most that can be dropped here. Import it by its "
    "address instead: put it in a folder or store that the Upload page lists."
)


def silent(_share: float, _what: str) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True)
class Origin:
    """Where the bytes of a file can be read from, as often as needed.

    Browser bytes lie in an anonymous memory file behind `handle`, so that no disk sees them as
    they came; everything else has an `address`. It can be sent to a child process, which gets
    a handle of its own.
    """

    name: str
    address: str = ""  # local path or URL
    size: int | None = None  # bytes, where known beforehand
    handle: int | None = None  # file descriptor of the memory file
    content_hash: str = ""  # SHA-256, where known beforehand

    def close(self) -> None:
        """Let go of the memory file; without one nothing happens."""
        if self.handle is not None:
            os.close(self.handle)

    def __getstate__(self) -> dict[str, Any]:
        """Return the fields as another process can take them up."""
        handle = None if self.handle is None else DupFd(self.handle)
        return {**self.__dict__, "handle": handle}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take up the fields in another process."""
        sent = state["handle"]
        self.__dict__.update(state, handle=None if sent is None else sent.detach())


def remember(file: BinaryIO, limit: int, name: str = "") -> Origin:
    """Copy a file from where it is to its end into memory that belongs to no disk, hashing it.

    Whoever gets the origin closes it. Raises FileRefused, and keeps nothing, when there are
    more than `limit` bytes.
    """
    digest, size = hashlib.sha256(), 0
    with ExitStack() as undo:
        handle = os.memfd_create("touchstone")
        undo.callback(os.close, handle)
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += _write_all(handle, chunk)
            if size > limit:
                raise FileRefused(TOO_LARGE.format(limit=limit // MEBIBYTE))
        undo.pop_all()
    return Origin(name, size=size, handle=handle, content_hash=digest.hexdigest())


def open_origin(origin: Origin) -> BinaryIO:
    """Return the bytes of a file from the first on; whoever opens it closes it.

    Raises FileRefused where an address cannot be read.
    """
    if origin.handle is None:
        return addresses.open_address(origin.address)
    return Path(f"/proc/self/fd/{origin.handle}").open("rb")  # with a position of its own


def folder_of(content_hash: str) -> Path:
    """Return the folder a draft is kept in until it is accepted."""
    return settings.data / "uploads" / content_hash


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


def discard(folder: Path) -> None:
    """Delete an upload's folder; one that is gone already is no error."""
    shutil.rmtree(folder, ignore_errors=True)


def _write_all(handle: int, chunk: bytes) -> int:
    left = memoryview(chunk)
    while left:
        left = left[os.write(handle, left) :]
    return len(chunk)
