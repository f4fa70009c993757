"""What tests stand on: a fresh, migrated house, and real PostgreSQL and Valkey from wheels."""

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

import hypothesis
import psycopg
import pytest

from backend import imports
from db import migrate
from db import session as db_session
from settings import settings
from tests.backend.importing import handles
from tests.servers import postgres_server, s3_server, valkey_server

# No test says how long something may take: on a busy machine that says nothing of the code.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")


def set_setting(monkeypatch: pytest.MonkeyPatch, **values: object) -> None:
    """Change settings for one test, in this process and in every process it starts.

    `settings` is frozen and imported by name everywhere, so its fields are replaced in
    place; monkeypatch puts them back.
    """
    for name, value in values.items():
        assert name in type(settings).model_fields, f"settings has no field {name!r}"
        monkeypatch.setitem(settings.__dict__, name, value)
        monkeypatch.setenv(f"TOUCHSTONE_{name.upper()}", str(value))


@pytest.fixture
def change(monkeypatch: pytest.MonkeyPatch):
    """Return a function that changes settings for this test: change(heartbeat_seconds=0.5)."""
    return lambda **values: set_setting(monkeypatch, **values)


def join_imports() -> None:
    """Wait for the threads of imports: one that is over may still be tidying up."""
    for thread in threading.enumerate():
        if thread.name.startswith("import-"):
            thread.join(90)


@pytest.fixture(autouse=True)
def no_memory_file_is_left() -> Iterator[None]:
    """Fail the test that leaves a file of an analyst in memory, not one that comes after it."""
    before = handles()
    yield
    join_imports()
    assert handles() <= before, "an origin was not closed"


@pytest.fixture
def data_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data folder, in use as settings.data. Short: a socket's path has 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="ts-"))
    usual = {"database_url": "", "broker_url": "", "automatic_baselines": False}
    set_setting(monkeypatch, data=folder, **usual)
    yield folder
    join_imports()
    _close_engine()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_sqlite() -> Iterator[Path]:
    """A SQLite file with every table and no row; tests copy it, which beats migrating 100 times."""
    folder = Path(tempfile.mkdtemp(prefix="ts-"))
    with pytest.MonkeyPatch.context() as patch:
        set_setting(patch, data=folder, database_url="")
        migrate.upgrade()
        _close_engine()
    yield folder / "touchstone.db"  # with the settings put back: a test may be under way
    shutil.rmtree(folder)


@pytest.fixture
def house(data_folder: Path, migrated_sqlite: Path) -> Iterator[Path]:
    """A fresh Touchstone on SQLite: its data folder, with a migrated, empty database."""
    shutil.copy(migrated_sqlite, data_folder / "touchstone.db")
    yield data_folder
    for asking in imports.under_way():  # it holds a file in this process
        imports.cancel(asking.id)
    join_imports()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a running PostgreSQL 18, shared by the whole session."""
    with postgres_server() as url:
        yield url


@pytest.fixture
def postgres_database(postgres: str) -> Iterator[str]:
    """URL of an empty PostgreSQL database of this test's own."""
    with _database(postgres) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgres(postgres: str) -> Iterator[str]:
    """Name of a PostgreSQL database with every table and no row, for tests to copy."""
    with _database(postgres) as url:
        with pytest.MonkeyPatch.context() as patch:
            set_setting(patch, database_url=url)
            migrate.upgrade()
            _close_engine()  # a database that is in use cannot be copied
        yield url.rsplit("/", 1)[1]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def each_house(request: pytest.FixtureRequest, change) -> Iterator[Path]:
    """A fresh house, once on SQLite and once on PostgreSQL 18: for tests that face SQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("house")
        return
    folder = request.getfixturevalue("data_folder")
    server, copied = map(request.getfixturevalue, ("postgres", "migrated_postgres"))
    with _database(server, copied) as url:
        change(database_url=url)
        yield folder


@pytest.fixture
def valkey() -> Iterator[str]:
    """redis:// URL of a running, empty Valkey of this test's own."""
    with valkey_server() as url:
        yield url


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """Address of a running S3 server, shared by the whole session."""
    with s3_server() as address:
        yield address


@pytest.fixture
def bucket(s3: str, change, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of the store that this installation shares its files through; it is empty."""
    import boto3

    urlopen(f"{s3}/moto-api/reset", data=b"").close()
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.setenv(f"AWS_{name}", "test")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    client = boto3.client("s3", endpoint_url=s3, region_name="us-east-1")
    client.create_bucket(Bucket="bank")
    change(store_url="s3://bank/team", s3_endpoint=s3)
    yield client
    client.close()


@contextmanager
def _database(server: str, copied: str = "template1") -> Iterator[str]:
    """Make a database on a server, the copy of another; it is gone afterwards."""
    name = f"t{uuid4().hex}"
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {copied}")
        yield server.rsplit("/", 1)[0] + f"/{name}"
        _close_engine()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _close_engine() -> None:
    """Let go of the database before its folder goes; the next test gets an engine of its own."""
    db_session.engine().dispose()
    db_session._engine.cache_clear()
