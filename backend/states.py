"""The life of a run, in words.

queued -> running -> succeeded | failed | failed_diverged | cancelled | quarantined
running -> queued (its worker was lost or stopped)      queued -> cancelled
running <-> paused_disk (no room; goes on by itself)    paused_disk -> cancelled
"""

from enum import StrEnum


class RunState(StrEnum):
    """Where a run stands. Only `queued`, `running` and `paused_disk` can still change."""

    QUEUED = "queued"  # waits for a worker
    RUNNING = "running"  # a worker holds it and renews its lease
    PAUSED_DISK = "paused_disk"  # its worker found no room on the disk; back once there is
    SUCCEEDED = "succeeded"  # its model and its scores are stored
    FAILED = "failed"  # ended with a reason
    FAILED_DIVERGED = "failed_diverged"  # the loss stopped being a number
    CANCELLED = "cancelled"  # ended because somebody asked
    QUARANTINED = "quarantined"  # lost its worker too often


CANCEL, KEEP_BEST = "cancel", "keep_best"  # what somebody may ask of a live run
LIVE = (RunState.QUEUED, RunState.RUNNING, RunState.PAUSED_DISK)


class Failure(StrEnum):
    """Why an attempt ended badly; stored with the run, its advice chosen by it."""

    CRASH = "crash"  # its process ended by itself: a fault of ours or of a library
    KILLED = "killed"  # somebody or something ended it from outside
    LOST = "lost"  # its worker fell silent
    OOM_HOST = "oom_host"  # the machine ran out of memory
    OOM_GPU = "oom_gpu"  # the graphics card did
    HANG = "hang"  # alive, and no step for too long
    DISK = "disk"  # no room
    BAD_DATA = "bad_data"  # refused, for a reason the analyst can act on
    DIVERGED = "diverged"  # the loss stopped being a number
    DAMAGED = "damaged"  # a file differs from what was written
    FAULT = "fault"  # an error nobody foresaw
