"""Following one training process to its end: what it says, what is asked of it, how it ends."""

import json
import logging
import queue
import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from backend.attempts import Word
from backend.states import Failure
from workers import endings
from workers.child import Child
from workers.endings import Ending
from workers.progress import Progress

log = logging.getLogger(__name__)

TICK_SECONDS = 0.25
LISTENED_OUT_SECONDS = 5.0  # for the last words; a process that slipped away may hold the pipe
Event = dict[str, Any]


class End(StrEnum):
    """How the following of a process ended."""

    DONE = "done"  # it did what it was ordered to
    FAILED = "failed"  # it ended before its time
    LOST = "lost"  # another attempt holds the run: nothing more is to be written
    CANCELLED = "cancelled"  # somebody asked
    LEFT = "left"  # this worker was told to leave


@dataclass(frozen=True)
class Followed:
    """What became of a process."""

    end: End
    ending: Ending | None = None  # of one that failed
    reason: str = ""  # in its own words


class Lease(Protocol):
    """What renews the hold on a run, and hears what is asked of it; see `heartbeat`."""

    def word(self) -> Word:
        """Return the last word."""


class Record(Protocol):
    """What writes down what a process tells; see `ledger`."""

    def tell(self, event: Event) -> None:
        """Take an event for writing."""

    def is_lost(self) -> bool:
        """Tell whether the hold on the run is lost."""


class Watch:
    """What a supervisor knows of a running child."""

    def __init__(
        self, child: Child, heartbeat: Lease, ledger: Record, leave: threading.Event
    ) -> None:
        self.child, self.heartbeat, self.ledger, self.leave = child, heartbeat, ledger, leave
        self.progress, self.memory = Progress(child.cpu_seconds), endings.MemoryKills()
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.told, self.reason = "", ""  # the event that explains an end, and its reason
        self.listener = threading.Thread(target=self._listen, name="listener", daemon=True)
        self.listener.start()

    def follow(self) -> Followed:
        """Return what became of the child once it has ended; nothing of it is left then."""
        try:
            end = self._until_an_end()
            if end is End.LEFT:
                self.child.ask_to_leave()
        finally:
            code = self.child.end()
            self.listener.join(LISTENED_OUT_SECONDS)
        self._take_in()
        if end is not None:
            hung = Ending(Failure.HANG, endings.tail(self.child.log))
            return Followed(end, hung if end is End.FAILED else None)
        if code == 0:
            return Followed(End.DONE)
        ending = endings.classify(code, self.child.log, self.memory.happened(), self.told)
        return Followed(End.FAILED, ending, self.reason)

    def _until_an_end(self) -> End | None:
        """Take in what is told until the child ends by itself, or is to be ended: say why."""
        while self.child.is_running():
            self._take_in(TICK_SECONDS)
            end = self._asked()
            if end is not None:
                return end
        return None

    def _asked(self) -> End | None:
        word = self.heartbeat.word()
        if word is Word.LOST or self.ledger.is_lost():
            return End.LOST
        if word is Word.CANCEL:
            return End.CANCELLED
        if self.leave.is_set():
            return End.LEFT
        if word is Word.KEEP_BEST:
            self.child.ask_to_keep_best()
        return End.FAILED if self.progress.hangs() else None

    def _take_in(self, seconds: float = 0.0) -> None:
        """Take in what was told; wait up to so long for the first word."""
        try:
            self._take(self.events.get(timeout=seconds))
            while True:
                self._take(self.events.get_nowait())
        except queue.Empty:
            return

    def _take(self, event: Event) -> None:
        self.progress.hear(event)
        if event["event"] in ("refused", "diverged"):
            self.told, self.reason = event["event"], event["reason"]
        self.ledger.tell(event)

    def _listen(self) -> None:
        with self.child.lines as lines:
            for line in lines:
                try:
                    self.events.put(json.loads(line))
                except json.JSONDecodeError:  # a library that prints
                    log.info("process %s said: %s", self.child.number, line.rstrip())
