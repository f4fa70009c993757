"""A disk that fails: full, at the N-th call that writes, or losing what was not synced."""

import builtins
import errno
import io
import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests import folders
from tests.chaos.inside import record

FULL, SYNCED = "disk-is-full", "synced.jsonl"


def measure() -> None:
    """Have this process find no room while the schedule says that the disk is full."""
    usage = shutil.disk_usage

    def measured(path: Any) -> Any:
        total, used, free = found = usage(path)
        return type(found)(total, used + free, 0) if is_full() else found

    shutil.disk_usage = measured


def watch() -> None:
    """Count the calls of the training process that write, fail the one its order names."""
    measure()
    failing = _Failing.of(record.ordered())
    forgets = os.environ.get("CHAOS_BUG") == "no_fsync"
    os.fsync = _forget if forgets else failing.before(_synced(os.fsync))
    os.rename, os.replace = failing.before(os.rename), failing.before(os.replace)
    os.write = failing.writing(os.write)
    opened = failing.opening(io.open)
    io.open = builtins.open = opened  # type: ignore[assignment]


def is_full() -> bool:
    """True while the schedule says so."""
    return (record.control() / FULL).exists()


class _Failing:
    """Counts calls; fails, kills, or finds no room at the one that was asked for."""

    def __init__(self, how: str, at: int) -> None:
        self.how, self.at, self.count = how, at, 0

    @classmethod
    def of(cls, order: dict[str, Any]) -> "_Failing":
        """Do what an order asks for; it applies to the first attempt."""
        options = order["options"] if order.get("attempt") == 1 else {}
        return cls(options.get("disk", ""), options.get("disk_call", 0))

    def before(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return the call with the disk's trouble before it."""

        def troubled(*args: Any, **named: Any) -> Any:
            self._count()
            return call(*args, **named)

        return troubled

    def writing(self, call: Callable[[int, Any], int]) -> Callable[[int, Any], int]:
        """Return `os.write` that may break off in the middle."""

        def torn(handle: int, content: Any) -> int:
            if self.count + 1 == self.at:
                call(handle, bytes(content)[: len(content) // 2])
            self._count()
            return call(handle, content)

        return torn

    def opening(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return `open` with trouble before every opening that is to write into the data."""

        def troubled(file: Any, mode: str = "r", *args: Any, **named: Any) -> Any:
            inside = str(file).startswith(os.environ["TOUCHSTONE_DATA"])
            if inside and set(mode) & set("wax+"):
                self._count()
            return call(file, mode, *args, **named)

        return troubled

    def _count(self) -> None:
        if is_full():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.count += 1
        if self.count != self.at:
            return
        record.tell("disk", what=self.how, call=self.count)
        if self.how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.how == "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if self.how == "fail":
            raise OSError(errno.EIO, os.strerror(errno.EIO))


def _synced(fsync: Callable[[int], None]) -> Callable[[int], None]:
    """Note which files are on the disk for good, so that a power cut takes only the others."""

    def noted(handle: int) -> None:
        fsync(handle)
        note(os.fstat(handle), record.control())

    return noted


def note(found: os.stat_result, control: Path) -> None:
    """Note that a file is on the disk for good, as it is now."""
    line = json.dumps([found.st_ino, found.st_size, found.st_mtime_ns]) + "\n"
    log = os.open(control / SYNCED, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    record.write(log, line.encode())
    os.close(log)


def _forget(_: int) -> None:
    """Sync nothing: the planted fault `no_fsync`."""


def cut_power(data: Path, control: Path) -> list[Path]:
    """Empty every file of a run that was not synced since it was written; return which."""
    log = control / SYNCED
    synced = (
        {tuple(json.loads(line)) for line in log.read_text().splitlines()}
        if log.exists()
        else set()
    )
    lost = []
    for path in folders.matching(data / "runs"):
        if path.is_file() and path.name not in ("order.json", "log.txt"):
            found = path.stat()
            if found.st_size and (found.st_ino, found.st_size, found.st_mtime_ns) not in synced:
                os.truncate(path, 0)
                lost.append(path)
    return lost
