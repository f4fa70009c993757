"""A team's installation: compose.yaml's commands and settings on real PostgreSQL and Valkey."""

import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import redis
from sqlalchemy import func, select

from backend import drafts, imports, offers, runs
from backend.simulator import write_csv
from db import Doorbell, Prediction, engine, transaction
from settings import ROOT, settings
from tests.test_compose import SERVICES

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@pytest.fixture
def team(data_folder: Path, postgres_database: str, valkey: str, change) -> Path:
    """Settings as compose.yaml makes them: PostgreSQL through psycopg, redis:// as broker."""
    change(
        database_url=postgres_database,
        broker_url=valkey,
        heartbeat_seconds=0.5,
        reaper_seconds=0.5,
        rering_seconds=2.0,
    )
    assert postgres_database.split("//")[0] == settings.database.split("//")[0]
    return data_folder


def command_of(service: str) -> list[str]:
    words = shlex.split(SERVICES[service]["command"])
    assert words[0] == "python"
    return [sys.executable, *words[1:]]


@contextmanager
def running(service: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command_of(service), cwd=ROOT)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(settings.stop_seconds + 20)


def until(holds, seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)


def test_a_team_migrates_launches_and_gets_its_scores(team: Path) -> None:
    done = subprocess.run(
        command_of("migrate"), cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "The database is up to date." in done.stdout
    assert engine().dialect.name == "postgresql"

    write_csv(team / "sample.csv", rows=4_000, seed=5)
    with (team / "sample.csv").open("rb") as file:
        dataset = drafts.accept(imports.receive(file, "sample.csv").id)

    with ExitStack() as services:
        for service in ("trainer", "reaper"):
            services.enter_context(running(service))
        until(offers.live)
        first = launch(dataset.id, "first")
        until(lambda: not runs.get(first).is_live)
        redis.Redis.from_url(settings.broker).flushall()  # the broker forgets, the row does not
        second = launch(dataset.id, "second")
        until(lambda: not runs.get(second).is_live)

    for run_id in (first, second):
        run = runs.get(run_id)
        assert run.state is runs.RunState.SUCCEEDED, run.reason
        assert run.attempt == 1
        assert stored(run_id) == run.scored_rows > 0
    assert offers.live() == []  # the trainer said goodbye


def launch(dataset_id: int, key: str) -> int:
    run_id = runs.launch(dataset_id, "logistic", "Quick check", None, key)
    with transaction(reading=True) as session:
        assert session.get(Doorbell, run_id).rung_at is not None  # PostgreSQL, Valkey: both heard
    return run_id


def stored(run_id: int) -> int:
    with transaction(reading=True) as session:
        counted = select(func.count()).where(Prediction.run_id == run_id)
        return session.scalar(counted.select_from(Prediction))
