"""Titles of pictures claim something only where an interval says so."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from backend import datasets
from backend.dataset_view import Dataset
from backend.pictures import Pictures
from backend.steps.amounts import COLUMNS
from tests.backend.launching import add_dataset
from ui.parts import dataset_findings as findings


@pytest.fixture
def dataset(house) -> Dataset:
    return datasets.get(add_dataset(rows=10_000, frauds=100))


def seen(**frames: pd.DataFrame) -> Pictures:
    names: dict[str, Any] = dict.fromkeys(Pictures.__dataclass_fields__, pd.DataFrame())
    return Pictures(**{**names, **frames})


def weekly(frauds: list[int], dated: bool = True) -> pd.DataFrame:
    many = range(len(frauds))
    start = pd.date_range("2024-03-04", periods=len(frauds), freq="7D")
    frame = pd.DataFrame({"start": start if dated else [7.0 * week for week in many]})
    return frame.assign(transactions=1_000, labelled=1_000, frauds=frauds, complete=True)


class TestWeeks:
    def test_a_week_that_stands_out_is_named(self, dataset):
        title, note = findings.of_weeks(dataset, seen(weeks=weekly([10, 90, *[9, 11] * 9])))
        assert title == "Fraud peaks in the week of 11 Mar 2024 at 9.0%"
        assert note.startswith("1.0% over all.")

    def test_weeks_without_dates_are_numbered(self, dataset):
        title, _ = findings.of_weeks(
            dataset, seen(weeks=weekly([10, 90, *[9, 11] * 9], dated=False))
        )
        assert title == "Fraud peaks in week 2 at 9.0%"

    def test_many_weeks_are_told_together(self, dataset):
        title, _ = findings.of_weeks(dataset, seen(weeks=weekly([10] * 200 + [500] * 2)))
        assert title == "Fraud peaks in the 2 weeks from 3 Jan 2028 at 50%"

    def test_chance_is_not_named(self, dataset):
        title, _ = findings.of_weeks(dataset, seen(weeks=weekly([10, 14, 9])))
        assert title == "No week stands out by its fraud rate"

    def test_without_frauds_it_is_volume(self, dataset):
        title, _ = findings.of_weeks(replace(dataset, frauds=0), seen(weeks=weekly([0, 0])))
        assert title == "Volume"


class TestAmounts:
    def binned(self, frauds: int, at: int) -> Pictures:
        rows = sorted([(1, 10, 0, 5_000), (1, at, frauds, 5_000)])
        return seen(amounts=pd.DataFrame(rows, columns=COLUMNS))

    def test_larger(self, dataset):
        title, note = findings.of_amounts(dataset, self.binned(500, 30))
        assert title == "Frauds are larger: half are above €1,100"
        assert note.startswith("Half of legitimate ones are above €13.")

    def test_smaller(self, dataset):
        title, _ = findings.of_amounts(dataset, self.binned(500, -10))
        assert title == "Frauds are smaller: half are above €0.11"

    def test_three_frauds_say_nothing(self, dataset):
        rows = [(1, 10, 1, 5_000), (1, 30, 2, 5_000)]
        title, _ = findings.of_amounts(dataset, seen(amounts=pd.DataFrame(rows, columns=COLUMNS)))
        assert title == "Frauds are neither clearly larger nor clearly smaller"

    def test_one_class_alone(self, dataset):
        assert findings.of_amounts(dataset, self.binned(0, 30))[0] == "Amounts by class"


class TestCoverage:
    def periods(self, covered: list[bool]) -> Pictures:
        start = 1_704_067_200 + 2_678_400 * pd.Series(range(len(covered)))  # of 31 days each
        frame = pd.DataFrame({"start": start, "end": start + 2_678_400, "transactions": 10})
        return seen(coverage=frame.assign(labelled=10, frauds=1, covered=covered))

    def test_all_covered(self, dataset):
        title, _ = findings.of_coverage(dataset, self.periods([True] * 7))
        assert title == "Labels cover all 7 months"
        assert (
            findings.of_coverage(dataset, self.periods([True]))[0] == "Labels cover the only month"
        )

    def test_gaps_are_counted_and_named(self, dataset):
        gap = replace(dataset, uncovered=((1_706_745_600.0, 1_709_251_200.0),))
        title, note = findings.of_coverage(gap, self.periods([True, False, True]))
        assert title == "1 of 3 months has no labels to trust; runs leave them out"
        assert note.endswith("10 transactions in 1 Feb to 29 Feb 2024.")
        used = replace(gap, uses_uncovered=True)
        title, _ = findings.of_coverage(used, self.periods([True, False, True]))
        assert title.endswith("runs use them as they are")

    def test_many_gaps_are_counted(self, dataset):
        many = replace(dataset, uncovered=tuple((at, at + 1.0) for at in range(9)))
        _, note = findings.of_coverage(many, self.periods([True, False]))
        assert note.endswith("in 9 stretches.")

    def test_no_label_at_all(self, dataset):
        assert (
            findings.of_coverage(dataset, self.periods([False]))[0] == "No transaction has a label"
        )
