"""Text that belongs to the row before or after is found; honest and useless text is not."""

import csv

import numpy as np
import pytest

from backend.steps.checkup import Severity
from backend.steps.columns import Role
from backend.steps.out_of_step import measure, out_of_step
from tests.backend.steps.outlines import outlined
from tests.real_data import real_data

ROWS = 900
WORDS = ("we", "meet", "at", "noon", "by", "the", "old", "bridge", "bring", "your", "coat")
BAIT = ("win", "a", "prize", "click", "this", "link", "now")


@pytest.fixture
def fraud():
    return np.random.default_rng(0).random(ROWS) < 0.2


def written(fraud, seed=1):
    """One message a row: bait where it is fraud."""
    draw = np.random.default_rng(seed)
    return [" ".join(draw.choice(BAIT if bad else WORDS, 6)) for bad in fraud]


@pytest.mark.parametrize("away", [-1, 1])
def test_a_text_one_row_away_is_told(fraud, away):
    step = measure(np.roll(written(fraud), -away).tolist(), fraud)
    assert step is not None
    assert step.away == away
    assert abs(step.own - 0.5) < 0.1
    assert step.other > 0.95
    assert 0 < step.error < 0.1


def test_a_text_in_its_place_is_not(fraud):
    assert measure(written(fraud), fraud) is None


def test_a_text_that_says_nothing_is_not(fraud):
    assert measure(written(np.zeros(ROWS, dtype=bool)), fraud) is None


def test_a_text_with_hardly_a_fraud_is_not_measured(fraud):
    few = np.zeros(ROWS, dtype=bool)
    few[:20] = True
    assert measure(np.roll(written(few), 1).tolist(), few) is None


@pytest.mark.parametrize("values", [("0", "1"), ("ham", "smishing")])
def test_the_finding_shows_rows_and_two_ways_to_go(tmp_path, fraud, values):
    columns = {
        "TEXT": (Role.TEXT, np.roll(written(fraud), 1)),
        "LABEL": (Role.LABEL, [values[int(bad)] for bad in fraud]),
    }
    with outlined(tmp_path, columns) as outline:
        (problem,) = out_of_step(outline)
    assert problem.severity is Severity.WARNING
    assert problem.title == "TEXT seems one row out of step with LABEL"
    assert "the label of the row before it" in problem.detail
    assert [example.line for example in problem.examples] == [2, 3, 4]
    assert [offer.label for offer in problem.offers] == ["Leave it out", "Keep it"]


def test_single_words_are_no_language(tmp_path, fraud):
    codes = np.roll([f"code{int(bad)}" for bad in fraud], 1)
    columns = {"a": (Role.TEXT, codes), "y": (Role.LABEL, fraud.astype(int))}
    with outlined(tmp_path, columns) as outline:
        assert list(out_of_step(outline)) == []


def test_without_a_label_nothing_is_measured(tmp_path, fraud):
    with outlined(tmp_path, {"a": (Role.TEXT, written(fraud))}) as outline:
        assert list(out_of_step(outline)) == []


@pytest.mark.parametrize(
    ("name", "away"), [("sms_phishing.csv", None), ("sms_phishing_shifted_as_found.csv", -1)]
)
def test_real_messages_are_told_apart(name, away):
    with real_data(name).open(encoding="utf-8", errors="replace", newline="") as file:
        rows = list(csv.DictReader(file))
    fraud = np.array([row["LABEL"].lower() == "smishing" for row in rows])
    step = measure([row["TEXT"] or "" for row in rows], fraud)
    assert (None if step is None else step.away) == away
