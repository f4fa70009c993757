"""The life of a run, in words.

queued -> running -> succeeded | failed | failed_diverged | cancelled | quarantined
running -> queued (its worker was lost or stopped)      queued -> cancelled
"""

from enum import StrEnum


class RunState(StrEnum):
    """Where a run stands. Only `queued` and `running` can still change."""

    QUEUED = "queued"  # waits for a worker
    RUNNING = "running"  # a worker holds it and renews its lease
    SUCCEEDED = "succeeded"  # its model and its scores are stored
    FAILED = "failed"  # ended with a reason
    FAILED_DIVERGED = "failed_diverged"  # the loss stopped being a number
    CANCELLED = "cancelled"  # ended because somebody asked
    QUARANTINED = "quarantined"  # lost its worker too often


LIVE = (RunState.QUEUED, RunState.RUNNING)
