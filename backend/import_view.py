"""One file on its way in, as pages see it: a frozen record, read from its row."""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import db
from backend.steps import recipe
from backend.steps.checkup import Option, Question

SOONEST = 0.02  # share done from which on the time left is told


class ImportState(StrEnum):
    """Where a file stands on its way in."""

    WAITING = "waiting"  # others are being read
    READING = "reading"
    ASKING = "asking"  # only the analyst knows how to go on
    DONE = "done"  # there is a dataset
    FAILED = "failed"
    CANCELLED = "cancelled"


LIVE = (ImportState.WAITING, ImportState.READING, ImportState.ASKING)


@dataclass(frozen=True)
class Import:
    """One file on its way in."""

    id: int
    file_name: str
    address: str  # empty: sent by the browser
    state: ImportState
    stage: str  # what is being done now
    bytes_total: int | None  # None where nobody knows
    bytes_done: int
    rows: int
    rejected: int
    share: float  # done, 0 to 1
    message: str  # why it failed
    question: Question | None
    dataset_id: int | None
    started_at: datetime  # when reading began; while it waits, when it came
    changed_at: datetime

    @property
    def is_live(self) -> bool:
        """True while it waits, is read, or asks."""
        return self.state in LIVE

    @property
    def seconds(self) -> float:
        """How long it was read, up to the last time it was heard of."""
        return max((self.changed_at - self.started_at).total_seconds(), 0.0)

    @property
    def bytes_per_second(self) -> float | None:
        """How fast it is read; None before anything can be said."""
        if self.state is not ImportState.READING or not self.bytes_done or not self.seconds:
            return None
        return self.bytes_done / self.seconds

    @property
    def seconds_left(self) -> float | None:
        """How long it will take yet, if it goes on like this; None before that can be said."""
        if self.state is not ImportState.READING or self.share < SOONEST:
            return None
        return self.seconds * (1.0 - self.share) / self.share


def view(row: db.Import) -> Import:
    """Return what a row of the table says."""
    stored = {column.name: getattr(row, column.name) for column in db.Import.__table__.columns}
    stored["state"] = ImportState(row.state)
    stored["question"] = None if row.question is None else question_from(row.question)
    return Import(**stored)


def question_to_plain(question: Question) -> dict[str, Any]:
    """Return a question as a JSON-ready dict, the form in which it is stored."""
    return asdict(question)


def question_from(stored: dict[str, Any]) -> Question:
    """Return the question that `question_to_plain` wrote."""
    options = tuple(
        Option(one["label"], tuple(one["examples"]), recipe.from_plain(one["fixes"]))
        for one in stored["options"]
    )
    return Question(stored["key"], stored["prompt"], options)
