"""What an analyst does on every page: press a button, wait for the next verdict."""

import re

from playwright.sync_api import Locator, Page, expect

MINUTE = 60_000
TRAINED = 3 * MINUTE  # logistic regression on the sample, on a busy machine


def press(page: Page, name: str) -> None:
    """Press the button of this name, once it can be pressed."""
    page.get_by_role("button", name=name, exact=True).click(timeout=MINUTE)


def settled(page: Page) -> None:
    """Wait until the page has run to its end; it says in this attribute what it is doing."""
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=MINUTE
    )


def badge(page: Page, words: str) -> Locator:
    """Find words as they are written: a text alone would also match sentences without capitals."""
    return page.get_by_text(re.compile(words)).first  # a redraw may show two for a moment


def choose_model(page: Page, words: str) -> None:
    page.get_by_role("radiogroup").get_by_text(words, exact=True).first.click()


def expect_page(page: Page, address: str, verdict: str, timeout: int = MINUTE) -> None:
    """Wait for a page: its address, and its verdict, the only heading of its level."""
    page.wait_for_url(re.compile(address), timeout=timeout)
    expect(page.get_by_test_id("stMain").locator("h2")).to_contain_text(
        re.compile(verdict), timeout=timeout
    )
    expect(page.get_by_test_id("stException")).to_have_count(0)
