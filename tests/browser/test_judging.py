"""Deciding as an analyst does: a threshold saved and restored, a champion made, each with why."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walking import MINUTE, TRAINED, badge, choose_model, expect_page, press, settled

pytestmark = pytest.mark.slow


def fill(page: Page, label: str, value: str) -> None:
    field = page.get_by_role("spinbutton", name=label, exact=True)
    field.fill(value)
    field.press("Enter")


def decide(page: Page, do: str, why: str, name: str = "") -> None:
    """Answer the open question: who, why, and the button named by its result."""
    question = page.get_by_role("dialog")
    if name:
        question.get_by_label("Your name").fill(name)
    question.get_by_label("Why").fill(why)
    question.get_by_label("Why").press("Tab")
    question.get_by_role("button", name=do, exact=True).click()
    expect(question).to_have_count(0, timeout=MINUTE)


def verdict(page: Page) -> str:
    return page.get_by_test_id("stMain").locator("h2").inner_text()


def no_scroll(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 1200})
    page.wait_for_timeout(1_000)
    wide = page.get_by_test_id("stMain").evaluate("it => it.scrollWidth - it.clientWidth")
    assert wide <= 0


def test_a_threshold_and_a_champion_carry_who_and_why(page: Page, keep) -> None:
    page.goto("/upload")
    press(page, "Try it with sample transactions")
    press(page, "Train on it")
    expect_page(page, r"/new_run\?dataset=\d+", "Quick check")
    choose_model(page, "Logistic regression")
    press(page, "Launch")
    expect_page(page, "/progress", "Catches", TRAINED)
    press(page, "See what it is worth")
    expect_page(page, r"/run\?run=\d+", r"Catches €[\d,]+ of €[\d,]+ of fraud, .* alerts a day\.")
    for width in (1024, 1440):
        no_scroll(page, width)
        keep(f"run-{width}")
    save_and_restore_a_threshold(page, keep)
    make_champion(page, keep)


def save_and_restore_a_threshold(page: Page, keep) -> None:
    press(page, "See predictions")
    expect_page(page, r"/predictions\?run=\d+", "At threshold")
    fill(page, "Alerts a day you can review", "3")
    expect(badge(page, "Over capacity")).to_be_visible(timeout=MINUTE)
    press(page, "Use best within capacity")
    expect(badge(page, "Within capacity")).to_be_visible(timeout=MINUTE)
    for width in (1024, 1440):
        no_scroll(page, width)
        keep(f"designer-{width}")

    first, address = verdict(page), page.url
    press(page, "Save threshold")
    question = page.get_by_role("dialog")
    question.get_by_role("button", name="Save threshold", exact=True).click()
    expect(question).to_contain_text("type your name")  # nobody decides without a name
    decide(page, "Save threshold", "three reviewers", "M. Huber")
    expect(badge(page, "In force, version 1")).to_be_visible(timeout=MINUTE)

    fill(page, "Alerts a day you can review", "1")
    settled(page)
    press(page, "Use best within capacity")
    settled(page)  # the slider is where it was until then, and is what would be saved
    press(page, "Save threshold")
    decide(page, "Save threshold", "two of them left")
    expect(badge(page, "In force, version 2")).to_be_visible(timeout=MINUTE)
    assert verdict(page) != first
    press(page, "Restore version 1")
    decide(page, "Restore version 1", "they came back")
    expect(badge(page, "In force, version 3")).to_be_visible(timeout=MINUTE)
    assert verdict(page) == first
    keep("history")

    page.goto(address)
    expect_page(page, "/predictions", re.escape(first))
    expect(page.get_by_role("spinbutton", name="Alerts a day you can review")).to_have_value("3")


def make_champion(page: Page, keep) -> None:
    page.goto("/run")
    expect_page(page, "/run", "Catches")
    press(page, "Make champion")
    keep("question")
    number = re.search(r"run=(\d+)", page.url)
    assert number is not None
    decide(page, f"Make run {number[1]} champion", "the first that fits us", "M. Huber")
    expect(badge(page, "Champion since")).to_be_visible(timeout=MINUTE)
    expect(page.get_by_text("the first that fits us")).to_be_visible()
    page.goto("/")
    expect(page.get_by_text("figures of the champion")).to_be_visible(timeout=MINUTE)
    keep("home")
