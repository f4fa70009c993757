"""What the database saw: triggers that write down every move of a run, whoever made it.

A history told by processes ends where they are killed. The ledger is written in the transaction
of the change itself, so it holds what was committed and nothing else.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

HELD = "EXISTS (SELECT 1 FROM runs r WHERE {held} AND r.state = 'running')"
STALE = {  # table -> is the new row written by who holds the run?
    "points": "r.id = NEW.run_id AND r.attempt = NEW.attempt",
    "checkpoints": "r.id = NEW.run_id AND r.attempt = NEW.attempt",
    "predictions": "(r.id = NEW.run_id OR r.of_run_id = NEW.run_id)",
}
PIECE_COLUMNS = "run_id, number, old_state, new_state, old_attempt, new_attempt, held"
COLUMNS = "run_id, old_state, new_state, old_attempt, new_attempt, crashes, held, at"
PIECE_MOVE = "NEW.run_id, NEW.number, OLD.state, NEW.state, OLD.attempt, NEW.attempt"
SQLITE_NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now')"


@dataclass(frozen=True)
class Move:
    """One committed change of a run's state or attempt."""

    run_id: int
    old_state: str  # empty: it was submitted
    new_state: str
    old_attempt: int
    new_attempt: int
    crashes: int
    held: bool  # the lease had not run out yet
    at: float  # seconds since 1970 on the database's clock


@dataclass(frozen=True)
class PieceMove:
    """One committed change of the state or the attempt of a piece of a scoring."""

    run_id: int
    number: int
    old_state: str
    new_state: str
    old_attempt: int
    new_attempt: int
    held: bool  # the lease had not run out yet


def install(engine: Engine) -> None:
    """Add the ledger and its triggers to a migrated database."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            _install_sqlite(connection)
        else:
            _install_postgres(connection)


def moves(engine: Engine) -> list[Move]:
    """Return every move so far, in the order of commits per run."""
    with engine.connect() as connection:
        rows = connection.execute(text(f"SELECT {COLUMNS} FROM ledger ORDER BY seq"))
        return [Move(*row[:6], bool(row[6]), float(row[7])) for row in rows]


def piece_moves(engine: Engine) -> list[PieceMove]:
    """Return every move of a piece so far, in the order of commits per piece."""
    with engine.connect() as connection:
        query = text(f"SELECT {PIECE_COLUMNS} FROM ledger_pieces ORDER BY seq")
        return [PieceMove(*row[:6], bool(row[6])) for row in connection.execute(query)]


def stale(engine: Engine) -> list[dict[str, Any]]:
    """Return every row that somebody wrote who did not hold the run."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT what, run_id, attempt, step FROM ledger_stale"))
        return [dict(row._mapping) for row in rows]


def _install_sqlite(connection: Connection) -> None:
    number = "seq INTEGER PRIMARY KEY AUTOINCREMENT"
    _make_tables(connection, number)
    held = f"OLD.lease_until IS NOT NULL AND OLD.lease_until > {SQLITE_NOW}"
    at = "(julianday('now') - 2440587.5) * 86400.0"
    connection.exec_driver_sql(
        "CREATE TRIGGER ledger_born AFTER INSERT ON runs BEGIN INSERT INTO ledger "
        f"({COLUMNS}) VALUES (NEW.id, '', NEW.state, 0, NEW.attempt, 0, 0, {at}); END"
    )
    connection.exec_driver_sql(
        "CREATE TRIGGER ledger_moved AFTER UPDATE ON runs "
        "WHEN OLD.state <> NEW.state OR OLD.attempt <> NEW.attempt BEGIN INSERT INTO ledger "
        f"({COLUMNS}) VALUES (NEW.id, OLD.state, NEW.state, OLD.attempt, NEW.attempt, "
        f"NEW.crashes, {held}, {at}); END"
    )
    connection.exec_driver_sql(
        "CREATE TRIGGER ledger_piece AFTER UPDATE ON pieces "
        "WHEN OLD.state <> NEW.state OR OLD.attempt <> NEW.attempt BEGIN "
        f"INSERT INTO ledger_pieces ({PIECE_COLUMNS}) VALUES ({PIECE_MOVE}, {held}); END"
    )
    for table, holder in STALE.items():
        attempt, step = _named(table)
        connection.exec_driver_sql(
            f"CREATE TRIGGER stale_{table} AFTER INSERT ON {table} "
            f"WHEN NOT {HELD.format(held=holder)} BEGIN INSERT INTO ledger_stale "
            f"(what, run_id, attempt, step) VALUES ('{table}', NEW.run_id, {attempt}, {step}); END"
        )


def _install_postgres(connection: Connection) -> None:
    _make_tables(connection, "seq BIGSERIAL PRIMARY KEY")
    held = "OLD.lease_until IS NOT NULL AND OLD.lease_until > clock_timestamp()"
    at = "extract(epoch FROM clock_timestamp())"
    _trigger(
        connection,
        "ledger_born",
        "AFTER INSERT ON runs",
        f"INSERT INTO ledger ({COLUMNS}) VALUES "
        f"(NEW.id, '', NEW.state, 0, NEW.attempt, 0, 0, {at});",
    )
    _trigger(
        connection,
        "ledger_moved",
        "AFTER UPDATE ON runs",
        "IF OLD.state <> NEW.state OR OLD.attempt <> NEW.attempt THEN "
        f"INSERT INTO ledger ({COLUMNS}) VALUES (NEW.id, OLD.state, NEW.state, OLD.attempt, "
        f"NEW.attempt, NEW.crashes, ({held})::int, {at}); END IF;",
    )
    _trigger(
        connection,
        "ledger_piece",
        "AFTER UPDATE ON pieces",
        "IF OLD.state <> NEW.state OR OLD.attempt <> NEW.attempt THEN INSERT INTO ledger_pieces "
        f"({PIECE_COLUMNS}) VALUES ({PIECE_MOVE}, ({held})::int); END IF;",
    )
    for table, holder in STALE.items():
        attempt, step = _named(table)
        _trigger(
            connection,
            f"stale_{table}",
            f"AFTER INSERT ON {table}",
            f"IF NOT {HELD.format(held=holder)} THEN INSERT INTO ledger_stale "
            f"(what, run_id, attempt, step) VALUES ('{table}', NEW.run_id, {attempt}, {step}); "
            "END IF;",
        )


def _trigger(connection: Connection, name: str, when: str, body: str) -> None:
    connection.exec_driver_sql(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {body} RETURN NULL; END $$"
    )
    connection.exec_driver_sql(
        f"CREATE TRIGGER {name} {when} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def _make_tables(connection: Connection, number: str) -> None:
    connection.exec_driver_sql(
        f"CREATE TABLE ledger ({number}, run_id INTEGER, old_state TEXT, new_state TEXT, "
        "old_attempt INTEGER, new_attempt INTEGER, crashes INTEGER, "
        "held INTEGER, at DOUBLE PRECISION)"
    )
    connection.exec_driver_sql(
        f"CREATE TABLE ledger_pieces ({number}, run_id INTEGER, number INTEGER, old_state TEXT, "
        "new_state TEXT, old_attempt INTEGER, new_attempt INTEGER, held INTEGER)"
    )
    connection.exec_driver_sql(
        f"CREATE TABLE ledger_stale ({number}, what TEXT, run_id INTEGER, attempt INTEGER, "
        "step BIGINT)"
    )


def _named(table: str) -> tuple[str, str]:
    return ("0", "NEW.row") if table == "predictions" else ("NEW.attempt", "NEW.step")
