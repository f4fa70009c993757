"""Bring the database up to this code: `python -m db.migrate`.

`python -m db.migrate new "what changes"` writes the next migration from the models.
"""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from db.session import engine

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
ONE_AT_A_TIME = 7_253_118  # any number no other program locks: two starts never migrate together


class DatabaseTooNew(Exception):
    """The database was written by a later Touchstone than this code."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is at version {revision}, which this code does not know: a newer "
            "Touchstone has used it. Update the code, or point TOUCHSTONE_DATA (or "
            "TOUCHSTONE_DATABASE_URL) at another database. Nothing was changed."
        )


def upgrade() -> list[str]:
    """Apply every migration the database lacks, in one transaction, and return their titles.

    Empty when there was nothing to do. Raises DatabaseTooNew, changing nothing, when the
    database has seen a migration that this code does not have.
    """
    with engine().begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")
        missing = _missing(connection)
        if missing:
            command.upgrade(_config(connection), "head")
    return missing


def write_new(title: str) -> None:
    """Write the next migration into `migrations/versions` from what the models now say.

    Alembic cannot see indexes on expressions (a descending column) on SQLite: write those
    by hand. The tests compare every index by name.
    """
    with engine().begin() as connection:
        config = _config(connection)
        number = len([*ScriptDirectory.from_config(config).walk_revisions()]) + 1
        command.revision(config, message=title, autogenerate=True, rev_id=f"{number:04d}")


def _missing(connection: Connection) -> list[str]:
    scripts = ScriptDirectory.from_config(_config(connection))
    known = {script.revision for script in scripts.walk_revisions()}
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in known:
        raise DatabaseTooNew(current)
    waiting = scripts.iterate_revisions("head", current or "base")
    return [script.doc.rstrip(".") for script in reversed([*waiting])]


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def main(arguments: list[str]) -> int:
    """Migrate and say what was done; return the exit status."""
    if arguments[:1] == ["new"]:
        write_new(" ".join(arguments[1:]))
        return 0
    try:
        applied = upgrade()
    except DatabaseTooNew as error:
        print(error, file=sys.stderr)
        return 1
    for title in applied:
        print(f"Database: {title}")
    print("The database is up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
