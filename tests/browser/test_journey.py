"""The whole journey as an analyst walks it, in a real browser on a running house.

At most six clicks from a file to a transaction scored by hand; every page on the way is kept
as a picture, and a reload and a second browser see the same run.
"""

import csv
import re
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, expect

from tests.browser.walking import MINUTE, TRAINED, badge, choose_model, expect_page, press, settled
from tests.real_data import real_data

FINE_TUNED = 40 * MINUTE  # about 6 on two idle cores
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run

pytestmark = pytest.mark.slow


def click_first_row(page: Page, column: int) -> None:
    """Click a cell of the first row of the table, which is a canvas and has no elements."""
    for _ in range(6):  # one that falls into a redraw is lost
        settled(page)
        page.wait_for_timeout(700)
        box = page.get_by_test_id("stDataFrame").first.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + column, box["y"] + 52)
        with suppress(TimeoutError):
            page.wait_for_url(re.compile(r"/score\?"), timeout=MINUTE / 6)
            return


@pytest.fixture
def picture(page: Page, keep):
    """Return a function that keeps a picture of the page, drawn to its end, nothing hovered."""
    page.set_viewport_size({"width": 1440, "height": 1300})

    def take(name: str) -> None:
        page.mouse.move(2, 2)
        settled(page)
        page.wait_for_timeout(700)  # charts and canvas tables draw after the script has ended
        keep(name)

    return take


@pytest.fixture
def faults(page: Page) -> list[str]:
    """What the browser complains of; a page opened by its address probes two paths first."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on(
        "console",
        lambda said: (
            heard.append(said.text) if said.type == "error" and "404" not in said.text else None
        ),
    )
    return heard


def test_from_sample_to_scored_transaction(page: Page, chromium: Browser, picture, faults) -> None:
    page.goto("/upload")
    expect_page(page, "/upload", "Drop a CSV")
    picture("1-upload")

    press(page, "Try it with sample transactions")
    expect_page(page, r"/clinic\?dataset=\d+", ".")
    picture("2-understood")

    press(page, "Train on it")
    expect_page(page, r"/new_run\?dataset=\d+", "Quick check")
    choose_model(page, "Logistic regression")
    picture("3-new-run")

    press(page, "Launch")
    expect_page(page, r"/progress\?run=\d+", ".")
    picture("4-launched")
    expect_page(page, "/progress", "Catches|Finds", TRAINED)
    picture("5-finished")

    at = page.url
    page.reload()
    expect_page(page, re.escape(at), "Catches|Finds")
    see_the_same_elsewhere(chromium, page)

    press(page, "See predictions")
    expect_page(page, r"/predictions\?run=\d+", "At threshold")
    expect(page.get_by_text("highest score first")).to_be_visible()
    picture("6-predictions")
    read_the_download(page)

    click_first_row(page, column=310)
    expect_page(page, r"/score\?run=\d+&row=\d+", "field")
    press(page, "Score transaction")
    expect_page(page, "/score", r"Likely|Worth a look")
    picture("7-scored")
    assert faults == []


def see_the_same_elsewhere(chromium: Browser, page: Page) -> None:
    """Open the address in a second browser: the same words, from the database alone."""
    other = chromium.new_context().new_page()
    other.goto(page.url)
    said = page.get_by_test_id("stMain").locator("h2").inner_text()
    expect(other.get_by_test_id("stMain").locator("h2")).to_have_text(said, timeout=MINUTE)
    other.context.close()


def read_the_download(page: Page) -> None:
    """Download all test transactions as CSV: highest score first, no formula in any cell."""
    page.get_by_text("Every transaction", exact=True).click()
    expect(page.get_by_text("7,500 transactions")).to_be_visible(timeout=MINUTE)
    settled(page)  # the button that was there before is still that of the alerts alone
    with page.expect_download(timeout=MINUTE) as expected:
        press(page, "Download CSV")
    with Path(expected.value.path()).open(newline="") as file:
        rows = list(csv.DictReader(file))
    scores = [float(row["score"]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert len(rows) > 1_000
    assert not [cell for row in rows for cell in row.values() if cell.startswith(FORMULA)]


def test_a_transformer_learns_from_a_real_file(
    page: Page, chromium: Browser, picture, faults
) -> None:
    """Six clicks: the file, Use, Launch, See predictions, a row, Score."""
    page.goto("/upload")
    page.locator("input[type=file]").set_input_files(real_data("sparkov_dev.csv"))
    expect_page(page, r"/clinic\?dataset=\d+", ".", 2 * MINUTE)
    picture("1-understood")
    press(page, "Use this dataset")
    expect_page(page, r"/new_run\?dataset=\d+", "Quick check")
    press(page, "Launch")
    expect_page(page, r"/progress\?run=\d+", ".")
    expect(badge(page, "Last point")).to_be_visible(timeout=5 * MINUTE)
    picture("2-live")
    see_it_live_elsewhere(chromium, page)

    expect_page(page, "/progress", "Catches|Finds", FINE_TUNED)
    picture("3-finished")
    press(page, "See predictions")
    expect_page(page, r"/predictions\?run=\d+", "At threshold")
    picture("4-predictions")
    click_first_row(page, column=310)
    expect_page(page, r"/score\?run=\d+&row=\d+", "field")
    press(page, "Score transaction")
    expect_page(page, "/score", r"Likely|Worth a look")
    picture("5-scored")
    assert faults == []


def see_it_live_elsewhere(chromium: Browser, page: Page) -> None:
    """Reload in the middle of a run, and open it in a second browser: both go on watching."""
    at = page.url
    page.reload()
    page.wait_for_url(at)
    expect(badge(page, "Last point")).to_be_visible(timeout=MINUTE)
    other = chromium.new_context().new_page()
    other.goto(at)
    expect(badge(other, "Last point")).to_be_visible(timeout=MINUTE)
    other.context.close()


def test_a_live_run_survives_a_reload_and_shows_elsewhere(
    page: Page, chromium: Browser, picture, faults
) -> None:
    page.goto("/upload")
    press(page, "Try it with sample transactions")
    press(page, "Train on it")
    expect_page(page, r"/new_run\?dataset=\d+", "Quick check")
    choose_model(page, "BERT")
    page.get_by_text("Options for experts").click()
    page.get_by_role("spinbutton", name="Epochs", exact=True).fill("1")
    page.get_by_role("spinbutton", name="Epochs", exact=True).press("Enter")
    picture("1-options")
    press(page, "Launch")
    expect_page(page, r"/progress\?run=\d+", ".")
    expect(page.get_by_text("1 epoch").first).to_be_visible()
    expect(badge(page, "Last point")).to_be_visible(timeout=5 * MINUTE)
    see_it_live_elsewhere(chromium, page)
    picture("2-live")

    press(page, "Stop and keep best")
    expect(badge(page, "Stopping, keeping the best")).to_be_visible()
    expect_page(page, "/progress", "Catches|Finds", FINE_TUNED)
    picture("3-finished")
    assert faults == []


def test_every_transaction_is_scored_on_request(page: Page, picture) -> None:
    page.goto("/upload")
    press(page, "Try it with sample transactions")
    press(page, "Train on it")
    expect_page(page, r"/new_run\?dataset=\d+", "Quick check")
    choose_model(page, "Logistic regression")
    press(page, "Launch")
    expect_page(page, "/progress", "Catches|Finds", TRAINED)
    press(page, "See predictions")
    expect_page(page, r"/predictions\?run=\d+", "At threshold")
    press(page, "Score every transaction")
    expect(page.get_by_text("Choose “All parts”")).to_be_visible(timeout=TRAINED)
    picture("all-scored")


def test_a_run_is_cancelled_only_after_a_question(page: Page, picture) -> None:
    page.goto("/upload")
    press(page, "Try it with sample transactions")
    press(page, "Train on it")
    expect_page(page, r"/new_run\?dataset=\d+", "Quick check")
    press(page, "Launch")
    expect_page(page, r"/progress\?run=\d+", ".")
    question = page.get_by_role("dialog")
    for _ in range(4):  # a press that falls into a redraw is lost, and asks nothing
        press(page, "Cancel run")
        with suppress(AssertionError):
            expect(question).to_be_visible(timeout=MINUTE / 12)
            break
    expect(question).to_contain_text("Cancelling")
    picture("question")
    question.get_by_role("button", name="Cancel run", exact=True).click()
    expect_page(page, "/progress", "Cancelled", MINUTE)
    picture("cancelled")
