"""Figures of kinds and amounts in words and tables, with their empty cases."""

import pytest

from backend.steps import kinds, regression
from backend.steps.kinds import Kinds
from ui.parts import run_amounts, run_kinds
from ui.parts.run_amounts import bias, number, tenth_table, top_table
from ui.parts.run_kinds import confusion_table, kind_table, summed


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "0.00"), (1_234.56, "1,235"), (12.345, "12.3"), (-0.0123, "−0.0123"), (None, "–")],
)
def test_numbers_have_three_digits(value, said):
    assert number(value) == said


def test_amounts_are_told_with_their_direction():
    told = regression.judge([*range(0, 200, 10)], [*range(5, 205, 10)])
    assert bias(told, number) == "On average 5.00 too high, over 20 test rows."
    assert len(tenth_table(told)) == 10
    assert list(top_table(told)["Highest"]) == ["1.0%", "5.0%", "10%"]


def test_too_few_amounts_are_told_so():
    told = regression.judge([1.0], [2.0])
    assert bias(told, number).startswith("Only 1 rows have a value")
    assert tenth_table(told).empty and top_table(told).empty


def test_kinds_are_listed_and_summed_up():
    told = kinds.judge(Kinds(("theft",)), [0, 1, 1], [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    assert kind_table(told).to_dict("records") == [
        {"Kind": "theft", "Frauds": 2, "AP": None, "Told right": 1.0}
    ]
    assert summed(told).endswith("the kind of 100% of frauds is right · 3 test rows")
    table = confusion_table(told["confusion"], told["names"])
    assert table.to_dict("records") == [
        {"Is": "legitimate", "legitimate": 1, "theft": 0},
        {"Is": "theft", "legitimate": 1, "theft": 1},
    ]


def test_without_a_row_nothing_is_made_up():
    told = kinds.judge(Kinds(("theft",)), [], [])
    assert summed(told) == "No test row is of a kind that was learned."
    assert kind_table(told).empty and confusion_table(told["confusion"], told["names"]).empty


def test_names_of_a_file_stay_plain_text():
    told = kinds.judge(Kinds(("**bold**",)), [0, 1], [[0.9, 0.1], [0.2, 0.8]])
    assert kind_table(told)["Kind"].tolist() == [r"\*\*bold\*\*"]
    assert run_kinds.NOTE and "no probability" in run_amounts.RANK
