"""A house for a benchmark: its own data folder and database."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db import engine, migrate
from settings import settings


@contextmanager
def temporary_house() -> Iterator[Path]:
    """Give a fresh data folder with a migrated SQLite database; both are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ts-bench-"))
    try:
        with house_at(folder):
            yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def house_at(folder: Path) -> Iterator[None]:
    """Make an existing folder the data folder, with a migrated SQLite database; it stays."""
    before = {name: settings.__dict__[name] for name in ("data", "database_url")}
    settings.__dict__.update(data=folder, database_url="")
    try:
        migrate.upgrade()
        yield
    finally:
        engine().dispose()
        settings.__dict__.update(before)
