"""One run at a time on one device: a lock that whoever supervises a run holds.

A trainer does runs in two ways, its queue and its own look at the table, and another trainer
may use the same card. The lock goes with its process, however that ends.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

from settings import settings
from workers import processes
from workers.device import identities, worker_name


@contextmanager
def held(worker: str) -> Iterator[bool]:
    """Hold the devices of this trainer; yields False when somebody does so already."""
    with ExitStack() as locks:
        yield all(_lock(path, locks) for path in _paths(worker))


def holder(worker: str) -> int | None:
    """Return the process that holds the devices of this trainer; None when they are free."""
    for path in _paths(worker):
        try:
            told = path.read_text().split()
        except FileNotFoundError:
            continue
        process = processes.look(int(told[0])) if told else None
        if process is not None and process.began == int(told[1]):
            return process.number
    return None


def forget(worker: str) -> None:
    """Remove the lock of a trainer on the processor, which is leaving; those of cards stay."""
    _own(worker).unlink(missing_ok=True)


def forget_gone() -> None:
    """Remove the locks of trainers of this machine that are gone without having left."""
    for path in _own(worker_name(0)).parent.glob(f"{worker_name('*')}.lock"):
        number = path.stem.rsplit("-", 1)[1]
        if number.isdigit() and processes.look(int(number)) is None:
            path.unlink(missing_ok=True)


def _paths(worker: str) -> list[Path]:
    """Return the files that are locked: of each card, or of the trainer itself without any."""
    return [_own(f"card-{each}") for each in sorted(identities())] or [_own(worker)]


def _own(name: str) -> Path:
    return settings.data / "slots" / f"{name}.lock"


def _lock(path: Path, locks: ExitStack) -> bool:
    path.parent.mkdir(parents=True, exist_ok=True)
    file: TextIO = locks.enter_context(path.open("a"))
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    me = processes.look(os.getpid())
    assert me is not None, "who asks is alive"
    file.truncate(0)
    file.write(f"{me.number} {me.began}")
    file.flush()
    locks.callback(file.truncate, 0)
    return True
