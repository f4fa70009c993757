"""One job in a process of its own: start it, listen, renew the lease, record how it ended.

The child knows neither database nor network. It tells what happens as JSON lines on its
standard output; everything it makes lies in the attempt's folder (decisions/0003).
"""

import contextlib
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from backend import attempts, datasets, files, score_store
from backend.attempts import Attempt, Word
from backend.states import RunState
from settings import ROOT, settings
from workers.device import threads
from workers.voice import DIVERGED, REFUSED

log = logging.getLogger(__name__)

TICK_SECONDS = 0.25
Event = dict[str, Any]


class Stopped(BaseException):
    """This worker was told to leave; not an Exception, so that nothing takes it for a failure."""


def supervise(attempt: Attempt) -> None:
    """Do one claimed run from its order to its stored scores, whatever becomes of the child."""
    folder = files.run_folder(attempt.run_id, attempt.number)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "order.json").write_text(json.dumps(_order(attempt)))
    child = _start(folder)
    before = signal.signal(signal.SIGTERM, _raise_stopped)
    try:
        _Watch(attempt, child, folder).follow()
    except Stopped:
        _end(child)
        attempts.give_back(attempt.run_id, attempt.number)
    finally:
        signal.signal(signal.SIGTERM, before)
        _end(child)


class _Watch:
    """What the supervisor knows of a running child."""

    def __init__(self, attempt: Attempt, child: subprocess.Popen[str], folder: Path) -> None:
        self.attempt, self.child, self.folder = attempt, child, folder
        self.hold = (attempt.run_id, attempt.number)
        self.events: queue.Queue[Event | None] = queue.Queue()
        self.reason = ""
        self.told_to_keep_best = False
        self.cancelled = False
        self.next_renewal = 0.0
        threading.Thread(target=self._listen, daemon=True).start()

    def follow(self) -> None:
        """Record events until the child has ended, then record its end."""
        while self._record(self._next_events()):
            if not self._renew():
                return
        code = self.child.wait()
        if self.cancelled:
            attempts.end_cancelled(*self.hold)
        elif code == 0:
            self._publish()
        else:
            self._record_failure(code)

    def _listen(self) -> None:
        assert self.child.stdout is not None
        with self.child.stdout as lines:
            for line in lines:
                self.events.put(json.loads(line))
        self.events.put(None)

    def _next_events(self) -> list[Event | None]:
        try:
            found = [self.events.get(timeout=TICK_SECONDS)]
        except queue.Empty:
            return []
        while not self.events.empty():
            found.append(self.events.get())
        return found

    def _record(self, events: list[Event | None]) -> bool:
        points: list[Event] = []
        known: Event = {}
        for event in filter(None, events):
            name = event.pop("event")
            if name == "point":
                points.append(event)
            elif name == "stage":
                attempts.enter_stage(*self.hold, event["name"])
            elif name in ("refused", "diverged"):
                self.reason = event["reason"]
            elif name in ("plan", "pace", "divided"):
                known.update(event)
        if points:
            attempts.record_points(*self.hold, points)
        if known:
            attempts.note(*self.hold, **known)
        return None not in events

    def _renew(self) -> bool:
        if time.monotonic() < self.next_renewal:
            return True
        self.next_renewal = time.monotonic() + settings.heartbeat_seconds
        word = attempts.renew(*self.hold)
        if word == Word.LOST:
            log.warning("run %s is held by another attempt; leaving it", self.attempt.run_id)
            return False
        if word == Word.KEEP_BEST and not self.told_to_keep_best:
            self.told_to_keep_best = True
            self.child.send_signal(signal.SIGUSR1)
        if word == Word.CANCEL and not self.cancelled:
            self.cancelled = True
            _end(self.child)
        return True

    def _publish(self) -> None:
        run_id, number = self.hold
        target = self.attempt.of_run_id
        attempts.enter_stage(run_id, number, "Storing what came of it")
        if target == run_id:
            score_store.forget(run_id)
        stored = score_store.store(
            self.folder / "predictions.parquet", target, self.hold, lambda _: self._keep_hold()
        )
        if stored is None:
            return
        attempts.succeed(run_id, number, scored_rows=stored, **self._results())

    def _keep_hold(self) -> None:
        if time.monotonic() >= self.next_renewal:
            self.next_renewal = time.monotonic() + settings.heartbeat_seconds
            attempts.renew(*self.hold)

    def _results(self) -> dict[str, Any]:
        if self.attempt.kind == "score":
            return {}
        metrics = json.loads((self.folder / "metrics.json").read_text())
        return {
            "artefact": str(self.folder.relative_to(settings.data)),
            "metrics": metrics,
            "split": json.loads((self.folder / "split.json").read_text()),
            "test_reads": int("test" in metrics),
        }

    def _record_failure(self, code: int) -> None:
        if code == REFUSED:
            attempts.fail(*self.hold, self.reason)
        elif code == DIVERGED:
            attempts.fail(*self.hold, self.reason, RunState.FAILED_DIVERGED)
        elif code < 0:
            log.error("run %s: its process was ended by signal %s", self.attempt.run_id, -code)
            attempts.crashed(*self.hold)
        else:
            log.error("run %s: %s", self.attempt.run_id, _tail(self.folder / "log.txt"))
            attempts.fail(
                *self.hold,
                f"The run stopped on an internal error, logged as run {self.attempt.run_id}. "
                "The dataset and all earlier runs are untouched. Launch it again, or try "
                "another preset.",
            )


def _order(attempt: Attempt) -> dict[str, Any]:
    return {
        "run_id": attempt.run_id,
        "attempt": attempt.number,
        "kind": attempt.kind,
        "dataset": str(datasets.parquet_path(attempt.dataset_id).resolve()),
        "columns": attempt.columns,
        "clock": attempt.clock,
        "uncovered": attempt.uncovered,
        "family": attempt.family,
        "options": attempt.options,
        "label_delay_days": settings.label_delay_days,
        "threads": threads(),
        "model": str((settings.data / attempt.model).resolve()) if attempt.model else None,
        "start": str((settings.data / attempt.start).resolve()) if attempt.start else None,
        "encoder": settings.encoder,
        "encoder_revision": settings.encoder_revision,
        "supervisor": os.getpid(),
    }


def _start(folder: Path) -> subprocess.Popen[str]:
    with (folder / "log.txt").open("a") as log_file:
        return subprocess.Popen(
            [sys.executable, "-m", "workers.journey", str(folder.resolve())],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log_file,
            text=True,
            start_new_session=True,
        )


def _end(child: subprocess.Popen[str]) -> None:
    """End the child and all it started; first politely."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(settings.stop_seconds)
        except subprocess.TimeoutExpired:
            log.warning("process %s did not end when asked; killed", child.pid)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _raise_stopped(_signal: int, _frame: Any) -> None:
    raise Stopped


def _tail(path: Path, characters: int = 4_000) -> str:
    return path.read_text(errors="replace")[-characters:]
