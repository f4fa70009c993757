"""How a training process ended, read from its exit code, its signal, its log and the kernel."""

import errno
import signal
from dataclasses import dataclass
from pathlib import Path

from backend.errors import FileDamaged
from backend.states import Failure
from workers.voice import DAMAGED, DISK_FULL, DIVERGED, GPU_FULL, LEFT, MEMORY_FULL, REFUSED

KNOWN = {  # exit codes of a process that knew why it ended
    REFUSED: Failure.BAD_DATA,
    DIVERGED: Failure.DIVERGED,
    GPU_FULL: Failure.OOM_GPU,
    DAMAGED: Failure.DAMAGED,
    DISK_FULL: Failure.DISK,
    MEMORY_FULL: Failure.OOM_HOST,
    LEFT: Failure.KILLED,  # not by its supervisor, which knows whom it asked to leave
}
LAST_WORDS = {  # of the log of a process that did not, such as one rank of several
    "OutOfMemoryError: CUDA": Failure.OOM_GPU,
    "CUDA out of memory": Failure.OOM_GPU,
    "No space left on device": Failure.DISK,
    "Disk quota exceeded": Failure.DISK,
    "MemoryError": Failure.OOM_HOST,
    "bad_alloc": Failure.OOM_HOST,
    "Out of Memory Error": Failure.OOM_HOST,  # of DuckDB
}
FROM_OUTSIDE = {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGXCPU}
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
TRACE = 4_000  # characters of the log that are kept


@dataclass(frozen=True)
class Ending:
    """Why a training process ended before its time."""

    failure: Failure
    trace: str = ""  # the end of its log, for whoever mends it


class MemoryKills:
    """Counts the processes that Linux ended for want of memory, from a moment on."""

    def __init__(self) -> None:
        self.before = _memory_kills()

    def happened(self) -> bool:
        """Tell whether there was one since."""
        return _memory_kills() > self.before


def classify(code: int, log: Path, killed_for_memory: bool, told: str = "") -> Ending:
    """Return why a process with this exit code ended that nobody had asked to.

    `told` is the last event of its own that explains an end: refused or diverged, or nothing.
    One process of several may end the others, whose exit code then says nothing: what was
    told, or the last words of the log, do.
    """
    trace = tail(log)
    if code < 0:
        return Ending(_of_signal(-code, trace, killed_for_memory), trace)
    if code in KNOWN:
        return Ending(KNOWN[code], trace)
    if told:
        return Ending(Failure.DIVERGED if told == "diverged" else Failure.BAD_DATA, trace)
    return Ending(_of_words(trace) or Failure.FAULT, trace)


def exit_code(error: BaseException) -> int | None:
    """Return the exit code that says what an error is, for the process it is about to end.

    None for one that nobody foresaw, or that is told in words.
    """
    if isinstance(error, FileDamaged):
        return DAMAGED
    if is_full(error):
        return DISK_FULL
    if isinstance(error, MemoryError):
        return MEMORY_FULL
    return GPU_FULL if type(error).__name__ == "OutOfMemoryError" else None


def is_full(error: BaseException) -> bool:
    """Tell whether an error means that there is no room on the disk."""
    return isinstance(error, OSError) and error.errno in FULL


def tail(log: Path) -> str:
    """Return the end of a log; empty when there is none."""
    return log.read_text(errors="replace")[-TRACE:] if log.is_file() else ""


def _of_signal(number: int, trace: str, killed_for_memory: bool) -> Failure:
    if number == signal.SIGKILL and killed_for_memory:
        return Failure.OOM_HOST
    if number in FROM_OUTSIDE:
        return Failure.KILLED
    if number == signal.SIGXFSZ:
        return Failure.DISK
    return _of_words(trace) or Failure.CRASH


def _of_words(trace: str) -> Failure | None:
    last = trace[-TRACE // 2 :]
    return next((failure for words, failure in LAST_WORDS.items() if words in last), None)


def _memory_kills() -> int:
    """Return how many processes Linux ended for want of memory: on the machine, in our group."""
    return _counted(Path("/proc/vmstat")) + sum(_counted(path) for path in _group_files())


def _group_files() -> list[Path]:
    """Return where control groups count; a container often sees its own group as the root."""
    found = []
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers:
            root, name = Path("/sys/fs/cgroup"), "memory.events"
        elif "memory" in controllers.split(","):
            root, name = Path("/sys/fs/cgroup/memory"), "memory.oom_control"
        else:
            continue
        found += [root / path.lstrip("/") / name, root / name]
    return found


def _counted(path: Path) -> int:
    try:
        lines = path.read_text().splitlines()
    except OSError:  # another kernel, or another version of control groups
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
