"""The table of files on their way in: each step of an import's life is one conditional update."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, delete, or_, select, update

import db
from backend.errors import ImportNotFound
from backend.import_view import LIVE, Import, ImportState, view
from backend.steps import cards
from db import now, transaction

SILENT_AFTER = timedelta(seconds=60)  # unheard of for so long, its process is gone
ANSWER_WITHIN = timedelta(minutes=15)  # a question keeps the file in memory for so long
LISTED_FOR = timedelta(days=1)
KEPT_FOR = timedelta(days=7)
KEEPING = "Keeping the dataset"  # the stage from which on nothing can be cancelled
LONGEST_ADDRESS = 1_000
INTERRUPTED = "Reading was interrupted, nothing was kept. Start it again."
UNANSWERED = "Its question was not answered in 15 minutes, nothing was kept. Start it again."


def add(file_name: str, address: str, bytes_total: int | None) -> int:
    """Write down that a file is waiting to be read, and return the import's id."""
    with transaction() as session:
        row = db.Import(
            file_name=file_name,
            address=hide_cards(address)[:LONGEST_ADDRESS],
            state=ImportState.WAITING,
            bytes_total=bytes_total,
            started_at=now(session),
            changed_at=now(session),
        )
        session.add(row)
        session.flush()
        return row.id


def get(import_id: int) -> Import:
    """Return one import. Raises ImportNotFound when no import has this id."""
    fail_the_silent()
    with transaction(reading=True) as session:
        row = session.get(db.Import, import_id)
        if row is None:
            raise ImportNotFound(import_id)
        return view(row)


def listed() -> list[Import]:
    """Return the imports under way and those of the last day that failed, newest first."""
    fail_the_silent()
    with transaction(reading=True) as session:
        recent = and_(
            db.Import.state == ImportState.FAILED, db.Import.changed_at > now(session) - LISTED_FOR
        )
        rows = session.scalars(
            select(db.Import)
            .where(or_(db.Import.state.in_(LIVE), recent))
            .order_by(db.Import.id.desc())
        )
        return [view(row) for row in rows]


def move(import_id: int, was: Collection[ImportState], **values: Any) -> bool:
    """Change an import that is in one of the states `was`; False when it no longer is."""
    if "message" in values:
        values["message"] = hide_cards(values["message"])
    with transaction() as session:
        if values.get("state") == ImportState.READING:
            values["started_at"] = now(session)
        changed = session.execute(
            update(db.Import)
            .where(db.Import.id == import_id, db.Import.state.in_(was))
            .values(changed_at=now(session), **values)
        )
        return bool(changed.rowcount)  # type: ignore[attr-defined]


def cancel(import_id: int) -> bool:
    """Call off an import that is under way; False when it is over or about to be."""
    with transaction() as session:
        changed = session.execute(
            update(db.Import)
            .where(
                db.Import.id == import_id,
                db.Import.state.in_(LIVE),
                db.Import.stage != KEEPING,
            )
            .values(state=ImportState.CANCELLED, stage="", question=None, changed_at=now(session))
        )
        return bool(changed.rowcount)  # type: ignore[attr-defined]


def forget(import_id: int) -> None:
    """Delete the row of an import that is over; one under way stays."""
    with transaction() as session:
        session.execute(
            delete(db.Import).where(db.Import.id == import_id, db.Import.state.not_in(LIVE))
        )


def forget_old() -> None:
    """Delete the rows of imports that failed or were cancelled a week ago or more."""
    over = (ImportState.FAILED, ImportState.CANCELLED)
    with transaction() as session:
        old = db.Import.changed_at < now(session) - KEPT_FOR
        session.execute(delete(db.Import).where(db.Import.state.in_(over), old))


def fail_the_silent() -> None:
    """Say of imports whose process is gone, and of questions nobody answered, that they failed."""
    for import_id, state in _silent():
        asked = state == ImportState.ASKING
        words = UNANSWERED if asked else INTERRUPTED
        move(import_id, [state], state=ImportState.FAILED, question=None, message=words)


def hide_cards(text: str) -> str:
    """Return text with card numbers hidden."""
    return cards.replace(text, lambda _digits: cards.HIDDEN)


def _silent() -> list[tuple[int, ImportState]]:
    at_work = db.Import.state.in_([ImportState.WAITING, ImportState.READING])
    with transaction(reading=True) as session:
        clock = now(session)
        gone = and_(at_work, db.Import.changed_at < clock - SILENT_AFTER)
        unanswered = and_(
            db.Import.state == ImportState.ASKING,
            db.Import.changed_at < clock - ANSWER_WITHIN - SILENT_AFTER,
        )
        found = session.execute(select(db.Import.id, db.Import.state).where(or_(gone, unanswered)))
        return [(import_id, ImportState(state)) for import_id, state in found]
