"""A browser watches a run while its worker is killed: the curve pauses, says so, and goes on.

With TOUCHSTONE_RECORD set the pictures taken on the way become those in docs/survival.
"""

import os
import re
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from settings import ROOT
from tests.browser.conftest import ARTEFACTS
from tests.browser.walking import MINUTE, badge, choose_model, expect_page, press
from tests.launched import Launched, launched

PICTURES = ROOT / "docs" / "survival" if os.environ.get("TOUCHSTONE_RECORD") else ARTEFACTS
QUICK = {  # so that nobody waits a minute for a lease to run out
    "TOUCHSTONE_AUTOMATIC_BASELINES": "false",
    "TOUCHSTONE_HEARTBEAT_SECONDS": "2",
    "TOUCHSTONE_LEASE_SECONDS": "40",
    "TOUCHSTONE_REAPER_SECONDS": "1",
    "TOUCHSTONE_CHECKPOINT_STEPS": "20",
}
LEARNT = 7  # checkpoints, before the worker is killed
LOST = 2 * MINUTE
FINISHED = 30 * MINUTE

pytestmark = pytest.mark.slow


@pytest.fixture
def house() -> Iterator[Launched]:
    with (
        tempfile.TemporaryDirectory(prefix="ts-") as parent,
        launched(Path(parent) / "data", **QUICK) as house,
    ):
        house.wait_for("Touchstone is ready")
        yield house


@pytest.fixture
def desk(chromium: Browser, house: Launched) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": 1280, "height": 1120}, base_url=house.address, color_scheme="light"
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def picture(desk: Page) -> Callable[[str], None]:
    """Return a function that keeps a picture of the page as it is now, nothing hovered."""
    PICTURES.mkdir(parents=True, exist_ok=True)

    def take(name: str) -> None:
        desk.mouse.move(2, 2)
        desk.wait_for_timeout(1_500)  # charts draw after the script has ended
        desk.screenshot(path=PICTURES / f"{name}.png")

    return take


def test_a_run_outlives_its_worker(
    desk: Page, house: Launched, picture: Callable[[str], None]
) -> None:
    launch(desk)
    expect(badge(desk, "Last point")).to_be_visible(timeout=5 * MINUTE)
    wait_for_checkpoints(house)
    picture("01-learning")

    kill_trainer(house)
    slow = hold_the_next_trainer(house)  # else it may be back before the page has looked twice
    expect_verdict(desk, r"No sign of its worker for \d+ s. If it is lost, the run resumes")
    picture("02-no-sign-of-its-worker")
    expect_verdict(desk, r"Worker lost at \d\d:\d\d. Will resume from step \d+")
    picture("03-worker-lost")

    os.kill(slow, signal.SIGCONT)
    resumed = badge(desk, r"Resumed from step \d+ \(attempt 2\)")
    expect(resumed).to_be_visible(timeout=LOST)
    expect(desk.get_by_text("Last point").first).to_be_visible(timeout=5 * MINUTE)
    expect(desk.get_by_text(re.compile(r"^resumed from \d+$"))).to_be_visible(timeout=MINUTE)
    desk.wait_for_timeout(15_000)
    picture("04-resumed")

    expect_page(desk, "/progress", "Catches|Finds", FINISHED)
    expect(desk.get_by_text(re.compile(r"^resumed from \d+$"))).to_be_visible(timeout=MINUTE)
    picture("05-finished")


def launch(desk: Page) -> None:
    """Launch a transaction transformer on sample transactions."""
    desk.goto("/upload")
    press(desk, "Try it with sample transactions")
    press(desk, "Train on it")
    expect_page(desk, r"/new_run\?dataset=\d+", "Quick check")
    choose_model(desk, "Transaction transformer")
    press(desk, "Launch")
    expect_page(desk, r"/progress\?run=\d+", ".")


def expect_verdict(desk: Page, words: str) -> None:
    expect(desk.get_by_test_id("stMain").locator("h2")).to_contain_text(
        re.compile(words), timeout=LOST
    )


def wait_for_checkpoints(house: Launched) -> None:
    """Wait until the run has come a way, and has something to go on from."""
    newest = "SELECT coalesce(max(step), 0) FROM checkpoints"
    enough = LEARNT * int(QUICK["TOUCHSTONE_CHECKPOINT_STEPS"])
    deadline = time.monotonic() + 10 * MINUTE / 1000
    with closing(sqlite3.connect(house.data / "touchstone.db")) as database:
        while database.execute(newest).fetchone()[0] < enough:
            assert time.monotonic() < deadline, f"no checkpoint:\n{house.printed()}"
            time.sleep(0.5)


def kill_trainer(house: Launched) -> None:
    """End the trainer and everything it started, as a machine does that loses its power."""
    tree = trainers(house)
    while grown := {one for one in house.processes() if parent(one) in tree} - tree:
        tree |= grown
    assert tree, "there is no trainer to kill"
    for number in tree:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    while any(state(one) not in "ZX" for one in tree):  # else one that dies passes for the next
        time.sleep(0.01)


def hold_the_next_trainer(house: Launched) -> int:
    """Stop the trainer that is started instead, as soon as it is there; return its number."""
    deadline = time.monotonic() + MINUTE / 1000
    while not (started := [one for one in trainers(house) if state(one) not in "ZX"]):
        assert time.monotonic() < deadline, f"no new trainer:\n{house.printed()}"
        time.sleep(0.05)
    os.kill(started[0], signal.SIGSTOP)
    return started[0]


def trainers(house: Launched) -> set[int]:
    """Return the numbers of the processes of the house's Celery worker."""
    return {one for one in house.processes() if "workers.queue" in command(one)}


def command(number: int) -> str:
    return _read(number, "cmdline").replace("\0", " ")


def parent(number: int) -> int:
    return int(_read(number, "stat").rsplit(")", 1)[-1].split()[1] or 0)


def state(number: int) -> str:
    return _read(number, "stat").rsplit(")", 1)[-1].split()[0]


def _read(number: int, name: str) -> str:
    """Return a file of a process, " ) X 0" where it has ended meanwhile."""
    try:
        return Path(f"/proc/{number}/{name}").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return " ) X 0"
