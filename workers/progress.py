"""Whether a training still gets anywhere: a process may live, renew its lease, and do nothing."""

import statistics
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from settings import settings

TIMES_A_STEP = 20  # median steps without a new one
BUSY_TOO = 3.0  # times the limit, after which even a busy process counts as hanging
BUSY = 0.01  # of a processor, from which a process counts as busy
REMEMBERED = 101  # steps whose median counts
LOOKS = 60  # at the processor's clock, within a limit

Clock = Callable[[], float]


class Progress:
    """What a training told and did lately, and whether that is too little.

    While it learns, that is a new step; a long look at validation rows computes in between, so
    that a busy process has three times as long. Before and after, it is any word or any work.
    """

    def __init__(self, cpu_seconds: Clock, clock: Clock = time.monotonic) -> None:
        self._cpu_seconds, self._clock = cpu_seconds, clock
        self._step, self._paces = 0, deque[float](maxlen=REMEMBERED)
        self._heard_at = self._stepped_at = self._busy_at = self._looked_at = clock()
        self._computed = 0.0

    def hear(self, event: dict[str, Any]) -> None:
        """Take in what it told."""
        now = self._clock()
        self._heard_at = now
        if event["event"] == "stage":
            self._step = 0
        step = event.get("step") or 0
        if step > self._step and event["event"] in ("point", "pace"):
            if self._step:
                self._paces.append((now - self._stepped_at) / (step - self._step))
            self._step, self._stepped_at = step, now

    def hangs(self) -> bool:
        """Tell whether it has got nowhere for too long."""
        now, limit = self._clock(), self._limit()
        if now - self._looked_at > limit / LOOKS:
            self._look(now)
        idle = now - max(self._heard_at, self._busy_at)
        if not self._step:
            return idle > limit
        stuck = now - self._stepped_at
        return stuck > limit * BUSY_TOO or (stuck > limit and idle > limit)

    def _limit(self) -> float:
        median = statistics.median(self._paces) if self._paces else 0.0
        return max(settings.hang_seconds, TIMES_A_STEP * median)

    def _look(self, now: float) -> None:
        computed = self._cpu_seconds()
        if computed - self._computed > BUSY * (now - self._looked_at):
            self._busy_at = now
        self._computed, self._looked_at = computed, now
