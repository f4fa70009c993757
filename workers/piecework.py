"""Scoring a dataset piece after piece, by a process that has the model open the whole time.

The worker that holds the run divides the dataset, rings for others and waits until every piece
is done, whoever does it. A helper leaves when no piece is free, or a run waits for it.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from backend import attempts, fleet, jobs, pieces, store, turns
from backend.attempts import Word
from backend.errors import FileDamaged
from backend.outages import patiently
from backend.pieces import Piece
from settings import settings
from workers.child import Child
from workers.watch import End, Event, Followed, Lease, Record, Watch

LOOK_EVERY = 1.0  # seconds between two looks for a piece while others do the last ones

T = TypeVar("T")


@dataclass(frozen=True)
class Part:
    """A worker's part in the scoring of a dataset."""

    run_id: int
    attempt: int
    dataset: Path
    model: Path  # its folder
    worker: str
    holds_run: bool  # else it helps the worker that does


class Bystander:
    """What a helper has for a lease on the run and a record of it: it holds and tells nothing."""

    def word(self) -> Word:
        """Return that the run goes on: each piece says itself when it is not wanted any more."""
        return Word.GO_ON

    def is_lost(self) -> bool:
        """Return False: nothing is held that could be lost."""
        return False

    def tell(self, event: Event) -> None:
        """Pass an event over."""


class Piecework(Watch):
    """Follows a process that scores: gives it piece after piece, and publishes what it wrote."""

    def __init__(
        self, child: Child, lease: Lease, record: Record, leave: threading.Event, part: Part
    ) -> None:
        super().__init__(child, lease, record, leave)
        self.part, self.piece = part, None
        self.is_open = self.is_over = False  # the model; the time in which pieces are taken
        self.renew_at = self.look_at = self.ring_at = self.began = 0.0
        self.rows_before = 0  # that were done when this worker began

    piece: Piece | None  # that the child scores now

    def follow(self) -> Followed:
        """Return what became of the child; a piece it did not finish is given back."""
        past = self._past() if self.part.holds_run else None
        if self.part.holds_run and (past is None or past.exists()):
            self._divide()  # so that others open the model while this child does
        followed = super().follow()
        if self.piece is not None:
            crashed = followed.end is End.FAILED
            self._insist(partial(pieces.give_back, self.piece, crashed))
        self._insist(partial(pieces.tidy, self.part.run_id))
        return followed

    def _until_an_end(self) -> End | None:
        end = super()._until_an_end()
        self.is_over = True
        return end

    def _take(self, event: Event) -> None:
        if event["event"] == "ready":
            self._begin()
        elif event["event"] == "scored":
            self._publish(event["rows"])
        elif event["event"] == "pace" and self.piece is not None:
            super()._take(self._overall(event["step"]))
        else:
            super()._take(event)

    def _asked(self) -> End | None:
        end = super()._asked()
        if end is not None or not self.is_open:
            return end
        now = time.monotonic()
        if self.piece is None and now >= self.look_at:
            self.look_at = now + LOOK_EVERY
            self.progress.hear({"event": "stage"})  # to wait for others is not to hang
            self._next()
        elif self.piece is not None and now >= self.renew_at:
            self.renew_at = now + settings.heartbeat_seconds
            is_kept = self._insist(partial(pieces.renew, self.piece))
            return None if is_kept or self.part.holds_run else End.LOST
        return None

    def _past(self) -> Path | None:
        """Return where what happened before lies, or will; None when the model asks for none."""
        from backend import pasts  # scikit-learn: not loaded to look for runs

        return pasts.of_model(self.part.model, self.part.dataset)

    def _divide(self) -> None:
        """Divide the dataset and ring; without the lease, which will say so, nothing is done."""
        part, past = self.part, self._past()
        if past is not None:
            self._insist(partial(store.publish, past))
        if self._insist(partial(pieces.divide, part.run_id, part.attempt, part.dataset)):
            told = self._insist(partial(pieces.progress, part.run_id))
            self._ring(told.pieces - told.done - told.running)

    def _begin(self) -> None:
        """Take a first piece, now that the model is open and the past is computed."""
        if self.part.holds_run and not self.ring_at:
            self._divide()
        told = self._insist(partial(pieces.progress, self.part.run_id))
        super()._take({"event": "plan", "steps_total": told.rows})
        super()._take({"event": "stage", "name": f"Scoring {told.rows:,} transactions"})
        self.rows_before, self.began, self.is_open = told.rows_done, time.monotonic(), True
        self._next()

    def _next(self) -> None:
        """Give the child its next piece, or let it go when it is not needed any more."""
        run_id, worker, holds_run = self.part.run_id, self.part.worker, self.part.holds_run
        is_due = not holds_run and bool(self._insist(partial(attempts.claimable, worker)))
        if not is_due:
            self.piece = self._insist(partial(pieces.claim, run_id, worker, holds_run))
        told = self._insist(partial(pieces.progress, run_id))
        if self.piece is not None:
            self.renew_at = time.monotonic() + settings.heartbeat_seconds
            self.child.ask({**vars(self.piece), "file": str(self.piece.file.resolve())})
        elif not holds_run or told.is_done:
            self.child.dismiss()
        if holds_run:
            self._ring(told.pieces - told.done - told.running)

    def _ring(self, free: int) -> None:
        """Call the other workers to the pieces that are free, again when a bell may be lost."""
        if time.monotonic() < self.ring_at:
            return
        self.ring_at = time.monotonic() + settings.rering_seconds
        for _ in range(min(free, len(self._insist(fleet.alive)))):
            if not jobs.send(jobs.PIECE, self.part.run_id, turns.BATCH):
                return

    def _publish(self, rows: int) -> None:
        piece, self.piece = self.piece, None
        assert piece is not None, "a child scores what it was asked for"
        if rows != piece.rows:
            raise FileDamaged(f"Of {piece.rows:,} transactions {rows:,} were scored.")
        self._insist(partial(store.publish, piece.file))
        self._insist(partial(pieces.finish, piece))
        if store.is_used() and not self.part.holds_run:
            piece.file.unlink(missing_ok=True)  # nobody looks for it here
        if not self.is_over:
            self._next()

    def _overall(self, step: int) -> Event:
        """Return the pace of all workers together, `step` rows into the piece of this one."""
        told = self._insist(partial(pieces.progress, self.part.run_id))
        rows = told.rows_done + step
        pace = (rows - self.rows_before) / max(time.monotonic() - self.began, 1e-6)
        left = (told.rows - rows) / max(pace, 1e-6)
        return {"event": "pace", "step": rows, "rows_per_second": pace, "seconds_left": left}

    def _insist(self, call: Callable[[], T]) -> T:
        return patiently(call, self.leave)
