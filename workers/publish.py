"""Storing what came of a finished run, so that pages find it."""

import json
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from backend import attempts, files, pieces, score_store
from backend import store as shared
from backend.attempts import Attempt, Word
from backend.errors import FileDamaged
from backend.outages import patiently
from backend.queueing import TRAIN
from settings import settings
from workers import exchange
from workers.heartbeat import Heartbeat
from workers.watch import End


class Interrupted(Exception):
    """The storing of scores was broken off; `end` says why."""

    def __init__(self, end: End) -> None:
        super().__init__(end)
        self.end = end


def publish(attempt: Attempt, folder: Path, heartbeat: Heartbeat, leave: threading.Event) -> End:
    """Store the scores of an attempt and end its run well.

    Returns DONE, or why it was broken off before its run ended: nothing of it counts then.
    """
    hold = (attempt.run_id, attempt.number)
    store = partial(_store, attempt, folder, lambda _: _go_on(heartbeat, leave))
    try:
        stored = patiently(store, leave)
    except Interrupted as interrupted:
        return interrupted.end
    if stored is None:
        return End.LOST
    if attempt.kind == TRAIN:
        exchange.publish(attempt, leave)
    result = {"scored_rows": stored, **_results(attempt, folder)}
    if not patiently(lambda: attempts.succeed(*hold, **result), leave):
        return End.LOST
    files.remove_checkpoints(attempt.run_id)
    patiently(partial(pieces.remove, attempt.run_id), leave)
    return End.DONE


def _store(attempt: Attempt, folder: Path, heard: Callable[[int], None]) -> int | None:
    """Store all scores and return their number; None when the hold on the run is lost.

    Raises FileDamaged when a scoring has not come to one score for each transaction.
    """
    hold, target = (attempt.run_id, attempt.number), attempt.of_run_id
    if not attempts.enter_stage(*hold, "Storing what came of it"):
        return None
    if attempt.kind == TRAIN:
        if not score_store.forget(target, hold):
            return None
        return score_store.store(folder / "predictions.parquet", target, hold, heard)
    stored, told = 0, pieces.progress(attempt.run_id)
    for path in pieces.results(attempt.run_id):
        rows = score_store.store(shared.fetched(path), target, hold, heard)
        if rows is None:
            return None
        stored += rows
    if not stored == told.rows == score_store.count(target):
        raise FileDamaged(
            f"Of {told.rows:,} transactions {stored:,} have a score. Score them again."
        )
    return stored


def _go_on(heartbeat: Heartbeat, leave: threading.Event) -> None:
    if leave.is_set():
        raise Interrupted(End.LEFT)
    if heartbeat.word() is Word.CANCEL:
        raise Interrupted(End.CANCELLED)


def _results(attempt: Attempt, folder: Path) -> dict[str, Any]:
    if attempt.kind != TRAIN:
        return {}
    metrics = json.loads((folder / "metrics.json").read_text())
    return {
        "artefact": str(folder.relative_to(settings.data)),
        "metrics": metrics,
        "split": json.loads((folder / "split.json").read_text()),
        "test_reads": int("test" in metrics),
    }
