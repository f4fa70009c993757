"""A clock that is wrong: `CHAOS_CLOCK` seconds ahead of the database's."""

import datetime
import os
import time
from types import ModuleType

AHEAD = float(os.environ.get("CHAOS_CLOCK", "0"))
right = time.time

if AHEAD:
    time.time = lambda: right() + AHEAD  # what Celery and its broker go by


class Skewed(datetime.datetime):
    """`datetime.now` of a machine whose clock is wrong."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> "Skewed":
        """Return the wrong instant."""
        return cls.fromtimestamp(right() + AHEAD, tz)


def skew(session: ModuleType) -> None:
    """Give the database's door the wrong clock; on PostgreSQL it must not matter."""
    if AHEAD:
        session.datetime = Skewed  # type: ignore[attr-defined]
