"""What Linux tells of running processes: who started whom, since when, and how much they did."""

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
LOOK_EVERY = 0.01  # seconds, while the killed are waited for
ENDED = "ZX"  # letters of processes that do nothing any more, and wait to be asked how it went


@dataclass(frozen=True)
class Process:
    """One living process, as it was when looked at."""

    number: int
    parent: int
    session: int
    cpu_seconds: float
    began: int  # ticks since the machine started: tells apart two uses of one number


def running() -> list[Process]:
    """Return every living process of this machine that this one can see."""
    found = (look(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [process for process in found if process is not None]


def look(number: int) -> Process | None:
    """Return one process; None when there is none of this number, or it has ended."""
    try:
        told = Path(f"/proc/{number}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    words = told.rsplit(")", 1)[1].split()  # the name before may hold blanks and brackets
    if words[0] in ENDED:
        return None
    cpu = (int(words[11]) + int(words[12])) / TICKS
    return Process(number, int(words[1]), int(words[3]), cpu, int(words[19]))


def below(number: int) -> list[Process]:
    """Return a process, all that it started, and all that they did, in whatever session."""
    everyone = running()
    numbers, sessions = {number}, {number}
    while True:
        found = [p for p in everyone if p.number in numbers or p.parent in numbers]
        found += [p for p in everyone if p.session in sessions and p not in found]
        if len(numbers) == len(numbers | {p.number for p in found}):
            return found
        numbers |= {p.number for p in found}
        sessions |= {p.session for p in found if p.session == p.number}


def kill(victims: list[Process]) -> None:
    """End processes and what shares a session that one of them leads; return when all are gone.

    The caller's own children are gone only once it has waited for them.
    """
    led = {victim.session for victim in victims if victim.session == victim.number}
    while victims:
        for victim in victims:
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim.number, signal.SIGKILL)
        time.sleep(LOOK_EVERY)
        began = {victim.number: victim.began for victim in victims}
        victims = [p for p in running() if began.get(p.number) == p.began or p.session in led]


def catches(number: int, sent: int) -> bool:
    """Tell whether a process would hear a signal, instead of ending by it; False when gone."""
    try:
        told = Path(f"/proc/{number}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    caught = next(line for line in told.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (sent - 1) & 1)


def arguments(number: int) -> list[str]:
    """Return the command line of a process; empty when it has none, or is gone."""
    try:
        line = Path(f"/proc/{number}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return line.decode(errors="replace").rstrip("\0").split("\0")


def sees_us_alike(number: int) -> bool:
    """Tell whether a process counts processes as this one does: not one of a container's."""
    try:
        theirs = Path(f"/proc/{number}/ns/pid").readlink()
    except OSError:  # gone, or somebody else's
        return False
    return theirs == Path("/proc/self/ns/pid").readlink()
