"""`make up`: one command starts everything, Ctrl-C stops everything, trouble is one sentence."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

import up
from settings import ROOT, environment
from tests.launched import Launched, launched, running, works_on
from tests.servers import free_port
from workers.processes import arguments

pytestmark = pytest.mark.slow


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that does not exist yet, under a short path: sockets allow 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="ts-") as parent:
        yield Path(parent) / "data"


@pytest.fixture(scope="module")
def running_house() -> Iterator[Launched]:
    """A house that several tests share: each leaves it as it was, with all its parts."""
    with (
        tempfile.TemporaryDirectory(prefix="ts-") as parent,
        launched(Path(parent) / "data") as house,
    ):
        house.wait_for("Touchstone is ready")
        yield house


def named(house: Launched, words: str) -> list[int]:
    """Numbers of the house's processes whose command line holds these words."""
    return [number for number in house.processes() if words in " ".join(arguments(number))]


def wait_until(holds, within: float = 30.0) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_starts_answers_and_leaves_nothing(folder: Path, how: signal.Signals) -> None:
    with launched(folder) as house:
        house.wait_for(f"Touchstone is ready: {house.address}\n")
        for path in ("healthz", "?secret=7"):
            with urllib.request.urlopen(f"{house.address}/{path}") as answer:
                assert answer.status == 200
        assert folder.stat().st_mode & 0o777 == 0o700
        assert house.stop(how) == 0
        assert house.left() == []
        assert "Touchstone has stopped." in house.printed()
        # Addresses of uploads name the session, and who knows a session's name can join it.
        assert "secret=7" not in house.printed()


def test_a_reader_that_goes_first_leaves_nothing_either(folder: Path) -> None:
    port = free_port()
    environment_of_house = environment(TOUCHSTONE_DATA=str(folder), TOUCHSTONE_PORT=str(port))
    process = subprocess.Popen(
        [sys.executable, "up.py"],
        cwd=ROOT,
        env=environment_of_house,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        while "Touchstone is ready" not in process.stdout.readline():
            assert process.poll() is None
        process.stdout.close()  # as Ctrl-C on `make up | tee log` ends tee
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    wait_until(lambda: not any(works_on(folder, number) for number in running()))


def test_a_second_start_keeps_what_was_there(folder: Path) -> None:
    for database in ("Database: First tables", "The database is up to date."):
        with launched(folder) as house:
            house.wait_for("Touchstone is ready")
            assert database in house.printed()
    assert (folder / "touchstone.db").exists()


def test_what_cannot_start_says_so_in_one_sentence(running_house: Launched, folder: Path) -> None:
    with launched(running_house.data) as twin:
        assert twin.process.wait(90) == 1
        assert twin.printed().startswith("Touchstone already runs on the data folder")
        assert twin.printed().count("\n") == 1
        twin.data = folder / "none"  # its processes are those of the first
    with launched(folder, port=int(running_house.address.rsplit(":", 1)[1])) as twin:
        assert twin.process.wait(90) == 1
        assert "Address already in use" in twin.printed()
        assert "TOUCHSTONE_PORT=" in twin.printed()
        assert twin.printed().count("\n") == 1


@pytest.mark.parametrize("part", ["uvicorn", "workers.reaper", "celery", "valkey-server"])
def test_a_part_that_dies_is_started_again(running_house: Launched, part: str) -> None:
    told = len(running_house.printed())
    died = named(running_house, part)
    os.kill(min(died), signal.SIGKILL)
    wait_until(lambda: (alive := named(running_house, part)) and not set(alive) & set(died))
    assert "starting it again in 2 s" in running_house.printed()[told:]


def test_a_killed_supervisor_takes_its_processes_with_it(folder: Path) -> None:
    with launched(folder) as house:
        house.wait_for("Touchstone is ready")
        house.stop(signal.SIGKILL)
        wait_until(lambda: house.processes() == [])


@pytest.mark.parametrize(
    ("device", "cards", "trainers"),
    [
        ("", (), [("trainer", "")]),
        ("", ("0", "1"), [("trainer0", "0"), ("trainer1", "1")]),
        ("0,1", ("0", "1"), [("trainer", "0,1")]),
        ("cpu", ("0",), [("trainer", "cpu")]),
    ],
)
def test_there_is_a_trainer_for_each_card(change, monkeypatch, device, cards, trainers) -> None:
    change(device=device)
    monkeypatch.setattr(up, "all_cards", lambda: cards)
    assert up._devices("trainer") == trainers
    assert up._devices("ui") == [("ui", device)]
