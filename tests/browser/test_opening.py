"""The first look: the house answers, the first page draws, nothing in the browser goes wrong."""

import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from settings import ROOT, environment


def test_the_first_page_draws_without_a_fault(page: Page, keep) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto("/")
    expect(page.get_by_test_id("stSidebar")).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("stMain").get_by_role("heading").first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    keep("first-page")
    assert faults == []


def test_nothing_is_asked_of_other_machines(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/")
    expect(page.get_by_test_id("stSidebar")).to_be_visible(timeout=30_000)
    own = page.url.split("/")[2]
    foreign = [url for url in asked if url.startswith(("http", "ws")) and own not in url]
    assert foreign == []


@pytest.mark.parametrize(("ci", "outcome"), [("true", "error"), ("", "skipped")])
def test_a_missing_browser_is_said_and_fails_under_ci(ci: str, outcome: str) -> None:
    chosen = f"{__file__}::test_nothing_is_asked_of_other_machines"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", chosen],
        cwd=ROOT,
        env=environment(TOUCHSTONE_CHROMIUM="/nowhere/chromium", CI=ci or "false"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"1 {outcome}" in done.stdout
    assert "apt install chromium" in done.stdout
    assert (done.returncode != 0) == bool(ci)
