"""What this machine computes on, told without torch, and how a child follows its parent."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys

from settings import settings

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def describe() -> str:
    """Return the graphics cards, or the processor cores, in words an analyst knows."""
    if shutil.which("nvidia-smi"):
        query = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
        found = subprocess.run(query, capture_output=True, text=True, check=False)
        names = found.stdout.strip().splitlines()
        if found.returncode == 0 and names:
            return ", ".join(names)
    return f"{threads()} processor cores"


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
