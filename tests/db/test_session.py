"""The door to the database: eight processes through it at once, and whose clock counts."""

import subprocess
import sys
import time
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from backend import attempts, outages, rescue
from db import Run, migrate, now, transaction
from db import session as db_session
from settings import ROOT
from tests.backend.launching import launch, queue_many

COUNT = """
import sys
from db import Run, transaction
for _ in range(int(sys.argv[1])):
    with transaction() as session:
        session.get_one(Run, 1).step += 1
"""

FORK = """
import os, sys, threading, time
from db import Run, session, transaction

session.BUSY_MILLISECONDS = 2_000
inside = threading.Event()

def write():
    with transaction() as one:
        one.get_one(Run, 1).step += 1
        inside.set()
        time.sleep(0.5)

thread = threading.Thread(target=write)
thread.start()
assert inside.wait(20)
child = os.fork()
if not child:
    with transaction() as one:
        one.get_one(Run, 1).step += 1
    os._exit(0)
thread.join()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.slow
def test_eight_processes_write_at_once_and_no_write_is_lost_or_refused(house):
    queue_many(1)
    command = [sys.executable, "-c", COUNT, "400"]
    writers = [subprocess.Popen(command, cwd=ROOT) for _ in range(8)]
    assert [writer.wait(120) for writer in writers] == [0] * 8
    with transaction(reading=True) as session:
        assert session.get_one(Run, 1).step == 3_200


def test_a_process_forked_while_a_thread_writes_can_write(house):
    """A child inherits what SQLite believes to hold: a lock that nobody would ever give back."""
    queue_many(1)
    subprocess.run([sys.executable, "-c", FORK], cwd=ROOT, check=True, timeout=60)
    with transaction(reading=True) as session:
        assert session.get_one(Run, 1).step == 2


@pytest.mark.postgres
def test_a_connection_lost_over_a_long_stop_is_away_like_any_other(
    data_folder, postgres_database, change
):
    change(database_url=postgres_database)
    with pytest.raises(outages.AWAY, match="idle-in-transaction"):
        write_and_sleep()
    with transaction() as session:
        assert session.scalar(text("SELECT 1")) == 1


def write_and_sleep() -> None:
    with transaction() as session:
        session.execute(text("SET idle_in_transaction_session_timeout = 50"))  # milliseconds
        time.sleep(1)
        session.execute(text("SELECT 1"))


@pytest.mark.postgres
@pytest.mark.parametrize("skew", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_worker_whose_clock_is_wrong_holds_its_lease_like_any_other(
    data_folder, postgres_database, change, monkeypatch, skew
):
    change(database_url=postgres_database)
    migrate.upgrade()
    run_id = launch()

    class Skewed(datetime):
        @classmethod
        def now(cls, tz=None) -> datetime:
            return datetime.now(tz) + skew

    monkeypatch.setattr(db_session, "datetime", Skewed)
    assert attempts.claim(run_id, "worker-1") is not None
    assert rescue.take_back() == []
    with transaction(reading=True) as session:
        left = session.get_one(Run, run_id).lease_until - now(session)
    assert timedelta(0) < left <= timedelta(seconds=60)
