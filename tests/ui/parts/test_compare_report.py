"""What the report of a comparison holds: verdict, table, charts, cases, method, caveats."""

import re

import pytest

from tests.ui.reporting import report
from tests.ui.test_report import Reader


@pytest.fixture
def read(house) -> Reader:
    return Reader(report().decode())


def test_says_what_the_page_says(read):
    assert re.search(r"Run B costs €[\d,]+ less a week than run A \(95% interval", read.text)
    assert "paired bootstrap, 1,000 draws of whole customers" in read.text


def test_holds_every_part(read):
    for title in (
        "Runs",
        "Net value by alerts a day",
        "Precision by recall",
        "Decisions that changed",
        "What differs",
        "How this was judged",
        "What weakens it",
    ):
        assert title in read.text
    assert len([each for tag, each in read.tags if each.get("role") == "img"]) == 2


def test_shows_cases_masked(read):
    cells = re.findall(r"Newly (?:caught|missed|stopped|let pass)", read.text)
    assert 1 <= len(cells) <= 20
    assert not re.search(r"\bC\d+\b", read.text)  # customers of the sample


def test_tells_how_often_the_test_part_was_read(read):
    assert "The test part was read 1 time at most by one of these runs." in read.text
