"""The migrations build exactly what the models say, on both databases, and refuse the future."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from db import Base, migrate
from db.session import engine


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_database(request: pytest.FixtureRequest, data_folder: Path, change) -> None:
    if request.param == "postgres":
        change(database_url=request.getfixturevalue("postgres_database"))


def test_migrations_build_what_the_models_say(each_house: Path) -> None:
    with engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_build_every_index_of_the_models(each_house: Path) -> None:
    """Alembic's comparison leaves out indexes on expressions; so we ask the databases."""
    asked = "SELECT name FROM sqlite_master WHERE type = 'index'"
    if engine().dialect.name == "postgresql":
        asked = "SELECT indexname FROM pg_indexes"
    with engine().connect() as connection:
        built = set(connection.execute(text(asked)).scalars())
    wanted = {index.name for table in Base.metadata.tables.values() for index in table.indexes}
    assert wanted <= built


def test_says_what_it_did_and_then_that_there_is_nothing_to_do(empty_database: None) -> None:
    assert migrate.upgrade() == ["First tables"]
    assert migrate.upgrade() == []


def test_refuses_a_database_newer_than_the_code(each_house: Path) -> None:
    with engine().begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from_the_future'"))
    with pytest.raises(migrate.DatabaseTooNew, match="from_the_future"):
        migrate.upgrade()


def test_a_migration_cut_short_leaves_nothing_behind(empty_database: None, monkeypatch) -> None:
    upgrade = migrate.command.upgrade

    def upgrade_then_break(*arguments: object) -> None:
        upgrade(*arguments)
        raise RuntimeError("power cut")

    monkeypatch.setattr(migrate.command, "upgrade", upgrade_then_break)
    with pytest.raises(RuntimeError, match="power cut"):
        migrate.upgrade()
    assert inspect(engine()).get_table_names() == []


def test_the_command_prints_sentences(data_folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "db.migrate"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "Database: First tables\nThe database is up to date.\n"
