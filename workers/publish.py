"""Storing what came of a finished run, so that pages find it."""

import json
import threading
from pathlib import Path
from typing import Any

from backend import attempts, score_store
from backend.attempts import Attempt, Word
from backend.outages import patiently
from settings import settings
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
    hold, target = (attempt.run_id, attempt.number), attempt.of_run_id
    scores = folder / "predictions.parquet"

    def store() -> int | None:
        if not attempts.enter_stage(*hold, "Storing what came of it"):
            return None
        if target == attempt.run_id:
            score_store.forget(target)
        return score_store.store(scores, target, hold, lambda _: _go_on(heartbeat, leave))

    try:
        stored = patiently(store, leave)
    except Interrupted as interrupted:
        return interrupted.end
    if stored is None:
        return End.LOST
    result = {"scored_rows": stored, **_results(attempt, folder)}
    patiently(lambda: attempts.succeed(*hold, **result), leave)
    return End.DONE


def _go_on(heartbeat: Heartbeat, leave: threading.Event) -> None:
    if leave.is_set():
        raise Interrupted(End.LEFT)
    if heartbeat.word() is Word.CANCEL:
        raise Interrupted(End.CANCELLED)


def _results(attempt: Attempt, folder: Path) -> dict[str, Any]:
    if attempt.kind == "score":
        return {}
    metrics = json.loads((folder / "metrics.json").read_text())
    return {
        "artefact": str(folder.relative_to(settings.data)),
        "metrics": metrics,
        "split": json.loads((folder / "split.json").read_text()),
        "test_reads": int("test" in metrics),
    }
