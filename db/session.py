"""The one door to the database: `transaction()`."""

import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, ExceptionContext, create_engine, event, func, select
from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.orm import Session

from settings import settings

BUSY_MILLISECONDS = 30_000  # longer than the longest batch write, measured at under 2 s

ANSWERED_WITHIN = {  # a connection that leads nowhere is given up, or it would hold a heartbeat;
    # a process that was stopped within a transaction loses it, or its locks would hold the reaper
    "options": "-c idle_in_transaction_session_timeout=30000",  # milliseconds
    "connect_timeout": 5,  # seconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds that what we sent may stay unconfirmed
}


class _Doors:
    """Lets a process fork only while no thread of it is in the database, and with no connection.

    SQLite keeps in memory which locks its process holds. A child inherits that, but not the
    locks: one forked within another thread's write believes for ever that somebody writes.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside: Counter[int] = Counter()  # transactions that each thread is in

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Be in the database; waits while the process is being forked."""
        me = threading.get_ident()
        with self._changed:
            self._inside[me] += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside[me] -= 1
                self._changed.notify_all()

    def close(self) -> None:
        """Wait until every other thread is out, let none in, and close what is connected."""
        self._changed.acquire()
        self._changed.wait_for(self._are_others_out, timeout=BUSY_MILLISECONDS / 1_000)
        if _engine.cache_info().currsize:
            engine().dispose()

    def open(self) -> None:
        """Let threads in again."""
        self._changed.release()

    def begin(self) -> None:
        """Forget, in a child, the threads of its parent."""
        self.__init__()  # type: ignore[misc]

    def _are_others_out(self) -> bool:
        me = threading.get_ident()
        return not any(count for thread, count in self._inside.items() if thread != me)


_doors = _Doors()
os.register_at_fork(before=_doors.close, after_in_parent=_doors.open, after_in_child=_doors.begin)


@lru_cache(maxsize=4)
def _engine(url: str, process: int) -> Engine:
    if not url.startswith("sqlite"):
        engine = create_engine(
            url, pool_pre_ping=True, pool_size=10, max_overflow=20, connect_args=ANSWERED_WITHIN
        )
        event.listen(engine, "handle_error", _tell_as_away)
        return engine
    settings.data.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    event.listen(engine, "connect", _tune_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _tell_as_away(context: ExceptionContext) -> None:
    """Raise a connection that PostgreSQL closed over a silence as others that were lost."""
    if context.is_disconnect and isinstance(context.sqlalchemy_exception, InternalError):
        told = (context.statement, context.parameters, context.original_exception)
        raise OperationalError(*told, connection_invalidated=True)


def engine() -> Engine:
    """Return this process's engine. A forked child gets its own, never its parent's sockets."""
    return _engine(settings.database, os.getpid())


def _tune_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own implicit BEGIN is deferred: its later upgrade to a write lock fails at
    # once with "database is locked", whatever the busy timeout. We begin by hand instead.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_MILLISECONDS}",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "secure_delete=ON",  # deleted rows are overwritten, not only unlinked
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Any) -> None:
    reading = connection.get_execution_options().get("reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def transaction(reading: bool = False) -> Iterator[Session]:
    """Open a session, commit when the block ends, roll back when it raises.

    `reading` promises that nothing is written: SQLite then takes no write lock, so pages
    never wait for a worker's batch.
    """
    options = {"reading": True} if reading else {}
    with (
        _doors.inside(),
        engine().connect().execution_options(**options) as connection,
        Session(connection, expire_on_commit=False) as session,
        session.begin(),
    ):
        yield session


def settle() -> None:
    """Let the log of changes forget what was deleted; PostgreSQL does so by itself (autovacuum).

    SQLite keeps older versions of its pages in a file beside the database until it writes them
    through. While somebody reads, it is left for later.
    """
    connection = engine().raw_connection()
    try:
        if engine().dialect.name == "sqlite":
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def now(session: Session) -> datetime:
    """Return the database's clock, so that machines with skewed clocks agree on leases."""
    if session.get_bind().dialect.name == "sqlite":
        return datetime.now(UTC)  # SQLite is this machine, and its own clock ends at seconds
    stamp: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return stamp.astimezone(UTC)
