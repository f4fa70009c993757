"""A file on its way in, in a real browser: asked about, reloaded, answered, understood."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

MINUTE = 60_000


def write_in_windows(path: Path) -> None:
    """Write transactions with an accent in Windows-1252, about which the reader asks."""
    rows = "".join(
        f"2024-01-{1 + n % 28:02d} 10:00:00,{n % 90}.50,Caf\u00e9 {n % 7},{int(n % 50 == 0)}\n"
        for n in range(400)
    )
    path.write_bytes(f"time,amount,merchant,is_fraud\n{rows}".encode("windows-1252"))


def test_a_question_survives_a_reload_and_its_answer_leads_to_the_clinic(
    page: Page, keep, tmp_path: Path
) -> None:
    path = tmp_path / "caf\u00e9.csv"
    write_in_windows(path)
    page.goto("/upload")
    page.locator("input[type=file]").set_input_files(path)
    page.wait_for_url(re.compile(r"/upload\?import=\d+"), timeout=MINUTE)
    heading = page.get_by_test_id("stMain").locator("h2")
    expect(heading).to_contain_text("One question", timeout=MINUTE)
    page.reload()
    expect(heading).to_contain_text("One question", timeout=MINUTE)
    expect(page.get_by_text("af\u00e9…").first).to_be_visible()
    keep("asked")
    page.get_by_role("button", name=re.compile("Windows-1252")).first.click()
    page.wait_for_url(re.compile(r"/clinic\?dataset=\d+"), timeout=MINUTE)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_refused_file_says_why_and_the_way_back(page: Page, keep, tmp_path: Path) -> None:
    path = tmp_path / "cards.csv"
    path.write_bytes(b"PK\x03\x04 a workbook by another name")
    page.goto("/upload")
    page.locator("input[type=file]").set_input_files(path)
    heading = page.get_by_test_id("stMain").locator("h2")
    expect(heading).to_contain_text("was not taken in", timeout=MINUTE)
    expect(page.get_by_text("Excel workbook")).to_be_visible()
    keep("refused")
    page.get_by_role("button", name="Bring another file").click()
    expect(heading).to_contain_text("Drop a CSV", timeout=MINUTE)
    expect(page.get_by_text("Not taken in").first).to_be_visible()
    page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("Not taken in")).to_have_count(0)
