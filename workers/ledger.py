"""What a training told, written to the database in the order it was told, by a thread of its own.

A database that is away holds up neither the training nor its supervisor: what was told waits
here and is written once the database is back. It need not lie in a file: a checkpoint is
recorded after the points before it, so an attempt that goes on from one finds them all.
"""

import queue
import threading
from collections import ChainMap
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby
from typing import Any

from backend import attempts, outages
from workers import exchange

Event = dict[str, Any]
POINTS, KNOWN = "points", "known"
KINDS: dict[str, str] = {"point": POINTS, **dict.fromkeys(("plan", "pace", "divided"), KNOWN)}
WRITERS: dict[str, Callable[..., bool]] = {
    "stage": attempts.enter_stage,
    "checkpoint": exchange.record_checkpoint,
    "resumed": attempts.resumed,
}


class Ledger:
    """Takes the events of one attempt and records them."""

    def __init__(self, run_id: int, attempt: int, leave: threading.Event) -> None:
        """Begin to write. Once `leave` is set, a database that is away is not waited for."""
        self._hold, self._leave = (run_id, attempt), leave
        self._told: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._writing = self._pool.submit(self._write)

    def tell(self, event: Event) -> None:
        """Take an event for writing; one that is no business of the database is passed over."""
        if event["event"] in (*KINDS, *WRITERS):
            self._told.put(event)

    def is_lost(self) -> bool:
        """Tell whether the hold on the run is lost; raises what kept an event from writing."""
        return self._writing.done() and not self._writing.result()

    def close(self) -> bool:
        """Return whether all that was told is written, once it is or cannot be.

        False when the hold is lost, or when the database stayed away until this worker had to
        leave. Raises what else kept an event from being written.
        """
        self._told.put(None)
        with self._pool:
            return self._writing.result()

    def _write(self) -> bool:
        try:
            while told := self._next():
                if not self._record(told):
                    return False
        except outages.GivenUp:
            return False
        return True

    def _next(self) -> list[Event]:
        """Return what was told since the last call, at least one event; empty at the end."""
        found = [self._told.get()]
        while found[-1] is not None and not self._told.empty():
            found.append(self._told.get())
        if found[-1] is None:
            self._told.put(None)
        return [event for event in found if event is not None]

    def _record(self, told: list[Event]) -> bool:
        return all(
            outages.patiently(partial(self._write_alike, kind, [*events]), self._leave)
            for kind, events in groupby(told, _kind)
        )

    def _write_alike(self, kind: str, events: list[Event]) -> bool:
        """Write events of one kind; said again as a whole when the database goes in between."""
        what = [{key: each[key] for key in each if key != "event"} for each in events]
        if kind == "points":
            return attempts.record_points(*self._hold, what)
        if kind == "known":
            return attempts.note(*self._hold, **dict(ChainMap(*reversed(what))))
        return all(WRITERS[kind](*self._hold, **each) for each in what)


def _kind(event: Event) -> str:
    name: str = event["event"]
    return KINDS.get(name, name)
