"""A path that can be read once while a thread writes to it: bytes that never touch a disk."""

import fcntl
import os
import select
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Event

HELD = 1 << 20  # bytes the pipe takes before its writer waits
LOOK_EVERY_MS = 100


@contextmanager
def piped(chunks: Iterable[bytes]) -> Iterator[str]:
    """Yield a path from which a reader in this process gets the chunks, once.

    What the chunks raise is raised when the block ends, in place of what their reader made of
    the missing rest. A block that ends early stops them.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with suppress(PermissionError):  # more than this user may have: the pipe stays smaller
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, HELD)
    over = Event()
    with ThreadPoolExecutor(max_workers=1) as pool:
        feeding = pool.submit(_feed, chunks, writer, over)
        try:
            yield f"/dev/fd/{reader}"
        finally:
            over.set()
            error = feeding.exception()
            os.close(reader)
            if error is not None:
                raise error from None


def _feed(chunks: Iterable[bytes], writer: int, over: Event) -> None:
    try:
        for chunk in chunks:
            if not _write(chunk, writer, over):
                return
    finally:
        os.close(writer)


def _write(chunk: bytes, writer: int, over: Event) -> bool:
    """Write a chunk and return True; False when nobody reads on."""
    room = select.poll()
    room.register(writer, select.POLLOUT)
    left = memoryview(chunk)
    while left:
        if over.is_set():
            return False
        if room.poll(LOOK_EVERY_MS):
            with suppress(BlockingIOError):
                left = left[os.write(writer, left) :]
    return True
