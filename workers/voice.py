"""What the training process tells its supervisor: one JSON object per line."""

import json
import math
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TextIO

EVERY = 1.5  # seconds between two lines about the pace
# Exit codes of a process that knows why it ended; of the first two it told the reason.
REFUSED, DIVERGED, GPU_FULL, DAMAGED, DISK_FULL, MEMORY_FULL = 3, 4, 5, 6, 7, 8
LEFT = 128 + signal.SIGTERM  # it was asked to leave, and did


@dataclass
class Voice:
    """Writes events to a stream, flushed line by line."""

    stream: TextIO
    steps_total: int = field(default=0, init=False)
    stages: dict[str, float] = field(default_factory=dict, init=False)  # name -> when it began
    _paced_at: float = field(default=0.0, init=False)

    def stage(self, name: str) -> None:
        """Say that a new step of the job begins; analysts read the name."""
        self.stages[name] = time.monotonic()
        self._say("stage", name=name)

    def divided(self, split: dict[str, Any]) -> None:
        """Tell how the rows were divided, as pages show it."""
        self._say("divided", split=split)

    def plan(self, steps_total: int) -> None:
        """Say how many steps are planned: of the optimiser, or rows when only scoring."""
        self.steps_total = steps_total
        self._say("plan", steps_total=steps_total)

    def point(self, part: str, step: int, loss: float, ap: float | None = None) -> None:
        """Tell a loss, mean nats per transaction; one that is not finite is told as null."""
        finite = loss if math.isfinite(loss) else None
        self._say("point", part=part, step=step, loss=finite, ap=ap)

    def pace(self, step: int, rows_per_second: float, seconds_left: float | None) -> None:
        """Tell how fast it goes, at most every 1.5 seconds."""
        if time.monotonic() - self._paced_at < EVERY:
            return
        self._paced_at = time.monotonic()
        self._say("pace", step=step, rows_per_second=rows_per_second, seconds_left=seconds_left)

    def checkpoint(self, step: int, manifest: str) -> None:
        """Tell that learning can go on from this step, and the SHA-256 of what lists its files."""
        self._say("checkpoint", step=step, manifest=manifest)

    def resumed(self, step: int) -> None:
        """Tell from which step learning goes on; 0 where no checkpoint could be used."""
        self._say("resumed", step=step)

    def ready(self) -> None:
        """Say that the model is open and pieces can be asked for."""
        self._say("ready")

    def scored(self, rows: int) -> None:
        """Say that the piece that was asked for lies on the disk, with so many rows."""
        self._say("scored", rows=rows)

    def ended(self, event: str, reason: str | None = None) -> None:
        """Say how the job ended: done, refused or diverged."""
        self._say(event, **({"reason": reason} if reason else {}))

    def seconds(self) -> dict[str, float]:
        """Return how long each stage took so far, in order."""
        ends = [*list(self.stages.values())[1:], time.monotonic()]
        took = zip(self.stages.items(), ends, strict=True)
        return {name: round(end - began, 2) for (name, began), end in took}

    def _say(self, event: str, **what: Any) -> None:
        self.stream.write(json.dumps({"event": event, **what}) + "\n")
        self.stream.flush()


def paced(voice: Voice, rows: int, rows_are_steps: bool = False) -> Callable[[int], None]:
    """Return what to call with the number of rows answered so far, to tell pace and rest.

    The step told is that number when rows are the plan, else the end of the plan: training
    is over by then.
    """
    began = time.monotonic()

    def heard(answered: int) -> None:
        speed = answered / max(time.monotonic() - began, 1e-6)
        step = answered if rows_are_steps else voice.steps_total
        voice.pace(step, speed, (rows - answered) / max(speed, 1e-6))

    return heard
