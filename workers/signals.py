"""What the training process hears while it works."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from workers.voice import LEFT


@dataclass
class Wishes:
    """What somebody asked of a running training."""

    keep_best: bool = False  # stop learning, keep the best weights, carry on
    leave: bool = False  # write a checkpoint and end with `LEFT`
    heeded: bool = False  # a loop looks at `leave` after each step, so no need to end at once

    @contextmanager
    def looked_at(self) -> Iterator[None]:
        """Let a loop that can write checkpoints leave at its next step instead of at once.

        A wish to leave that came after the loop's last look ends the process here.
        """
        self.heeded = True
        try:
            yield
        finally:
            self.heeded = False
        if self.leave:
            sys.exit(LEFT)


def listen() -> Wishes:
    """Hear SIGUSR1 as "keep the best weights so far" and SIGTERM as "leave" (exit 143)."""
    wishes = Wishes()

    def keep_best(_signal: int, _frame: FrameType | None) -> None:
        wishes.keep_best = True

    def leave(_signal: int, _frame: FrameType | None) -> None:
        wishes.leave = True
        if not wishes.heeded:
            sys.exit(LEFT)

    signal.signal(signal.SIGUSR1, keep_best)
    signal.signal(signal.SIGTERM, leave)
    return wishes
