"""What the training process hears while it works."""

import signal
import sys
from dataclasses import dataclass
from types import FrameType


@dataclass
class Wishes:
    """What somebody asked of a running training."""

    keep_best: bool = False  # stop learning, keep the best weights, carry on


def listen() -> Wishes:
    """Hear SIGUSR1 as "keep the best weights so far" and SIGTERM as "stop now" (exit 143)."""
    wishes = Wishes()

    def keep_best(_signal: int, _frame: FrameType | None) -> None:
        wishes.keep_best = True

    def stop(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    signal.signal(signal.SIGUSR1, keep_best)
    signal.signal(signal.SIGTERM, stop)
    return wishes
