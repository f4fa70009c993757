"""What this machine computes on and is called, without torch; how a child follows its parent."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
from functools import cache

from settings import environment, settings

GPU, CPU = "gpu", "cpu"
VISIBLE = "CUDA_VISIBLE_DEVICES"
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def cards() -> tuple[str, ...]:
    """Return the numbers of the graphics cards this trainer uses; none: it computes on the CPU."""
    if settings.device == "cpu":
        return ()
    if settings.device:
        return tuple(number.strip() for number in settings.device.split(","))
    return all_cards()[:1]


@cache
def all_cards() -> tuple[str, ...]:
    """Return the numbers of the graphics cards that programs may see here; empty without any."""
    seen = environment().get(VISIBLE)
    if seen is not None:
        numbers = (number.strip() for number in seen.split(","))
        return tuple(number for number in numbers if number and not number.startswith("-"))
    return tuple(_ask_driver("index"))


@cache
def identities() -> tuple[str, ...]:
    """Return what tells the cards this trainer uses from all others, on whatever machine."""
    numbers = cards()
    known = _ask_driver("uuid", "--id", ",".join(numbers)) if numbers else []
    return tuple(known) or tuple(worker_name(number) for number in numbers)


def kind() -> str:
    """Return what this trainer computes on: gpu or cpu."""
    return GPU if cards() else CPU


def devices() -> int:
    """Return how many processes of one training may learn here at the same time."""
    return len(cards()) or threads()


def pinned(wanted: int) -> dict[str, str]:
    """Return the environment that lets a child see `wanted` of this trainer's cards, no other."""
    return {VISIBLE: ",".join(cards()[:wanted]), "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}


def describe() -> str:
    """Return the graphics cards, or the processor cores, in words an analyst knows."""
    used = cards()
    if not used:
        return f"{threads()} processor cores"
    names = _ask_driver("name", "--id", ",".join(used))
    return ", ".join(names or [f"card {number}" for number in used])


def worker_name(process: int | str) -> str:
    """Return what a trainer is called: its machine, and the process that started its pool."""
    return f"{socket.gethostname()}-{process}"


def threads() -> int:
    """Return how many threads one training may use."""
    return settings.trainer_threads or len(os.sched_getaffinity(0))


def die_with_parent(number: int) -> None:
    """Have Linux send this process a signal when its parent is gone, even by SIGKILL."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)


def die_with(parent: int) -> None:
    """Make this process end when `parent` ends, however it ends; Linux only.

    Raises SystemExit when the parent is gone already. Call it in the child's main thread.
    """
    die_with_parent(signal.SIGKILL)
    if os.getppid() != parent:
        raise SystemExit("the supervisor ended before the training began")


def _ask_driver(what: str, *which: str) -> list[str]:
    """Return one line of NVIDIA's driver per card; none without a card that works."""
    if not shutil.which("nvidia-smi"):
        return []
    query = ["nvidia-smi", f"--query-gpu={what}", "--format=csv,noheader", *which]
    found = subprocess.run(query, capture_output=True, text=True, check=False)
    return found.stdout.strip().splitlines() if found.returncode == 0 else []
