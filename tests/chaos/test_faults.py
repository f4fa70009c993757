"""Faults of the broker and of a migration, one by one; FAULTS.md says where the others are tested.

F05: nobody rings, or dies before ringing. F09: the broker is swapped for an empty one. F10: the
broker is full. F31: a migration is killed in the middle.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import redis

from backend import jobs, runs, turns
from db import engine, migrate
from settings import ROOT
from tests.backend.launching import add_dataset, launch, offer
from tests.backend.test_jobs import messages, rung
from tests.servers import valkey_server

DIES_BEFORE_IT_RINGS = """
import os
from backend import jobs, runs
jobs._send = lambda *_: os._exit(9)
runs.launch({dataset}, "logistic", "Quick check", None, "key")
"""
DIES_AT_A_STATEMENT = """
import os, signal
from sqlalchemy import event
from db import engine, migrate
count = 0
def counted(*_):
    global count
    count += 1
    if count == {number}:
        os.kill(os.getpid(), signal.SIGKILL)
event.listen(engine(), "before_cursor_execute", counted)
migrate.upgrade()
"""
TABLE = (Path(__file__).parent / "FAULTS.md").read_text()


def died(program: str) -> int:
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode


def test_a_page_that_dies_before_it_rings_leaves_a_bell(each_house, valkey, change) -> None:
    """F05."""
    change(broker_url=valkey)
    offer()
    assert died(DIES_BEFORE_IT_RINGS.format(dataset=add_dataset())) == 9
    (run,) = runs.list_all()
    assert messages(valkey) == [] and not rung(run.id)
    assert jobs.ring_the_waiting() == 1
    assert messages(valkey) == [[run.id]]


def test_what_waits_is_rung_at_a_broker_that_knows_nothing(house, valkey, change) -> None:
    """F09."""
    change(broker_url=valkey)
    waiting = [launch(f"key {number}") for number in range(3)]
    with valkey_server() as empty:
        change(broker_url=empty, rering_seconds=-1.0)
        assert jobs.ring_the_waiting() == 3
        assert sorted(messages(empty)) == [[run_id] for run_id in waiting]


def test_a_full_broker_loses_nothing(house, valkey, change) -> None:
    """F10: it refuses, so the bell stays; nothing that it holds is thrown out."""
    change(broker_url=valkey)
    first = launch("first")
    with redis.Redis.from_url(valkey) as broker:
        broker.config_set("maxmemory", 1)
        second = launch("second")
        assert not rung(second)
        broker.config_set("maxmemory", 0)
    assert jobs.ring_the_waiting() == 1
    assert messages(valkey) == [[second], [first]]
    assert turns.CPU in str(runs.get(first).need)


@pytest.mark.slow
@pytest.mark.parametrize("number", [3, 20, 40])
def test_a_migration_that_is_killed_is_done_anew(data_folder, number) -> None:
    """F31: on SQLite, whose tables are copied to change them."""
    assert died(DIES_AT_A_STATEMENT.format(number=number)) == -9
    assert migrate.upgrade()
    migrate.compare()
    with engine().connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


def test_every_fault_has_a_row_and_every_test_that_a_row_names_exists() -> None:
    assert re.findall(r"^\| (F\d\d) ", TABLE, re.MULTILINE) == [f"F{n:02d}" for n in range(1, 33)]
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TABLE)
    assert len(named) >= 32
    gone = [f"{path}::{test}" for path, test in named if f"def {test}(" not in _text(path)]
    assert gone == []


def _text(path: str) -> str:
    return (ROOT / path).read_text() if (ROOT / path).exists() else ""
