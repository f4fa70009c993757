"""What was hidden is told column by column, never with a value of it."""

from backend.steps import hidden
from backend.steps.checkup import Severity
from backend.steps.columns import Column, Role
from backend.steps.recipe import Fix, Kind

REPORT = {
    "card": {"cards": 40, "sealed": 0, "dropped": False, "rounded": ""},
    "cvv": {"cards": 0, "sealed": 0, "dropped": True, "rounded": ""},
    "holder": {"cards": 0, "sealed": 1, "dropped": False, "rounded": ""},
}


def told(*names):
    columns = [Column(name, Role.ID, "") for name in names]
    return list(hidden.problems(REPORT, columns))


def test_every_hidden_column_is_a_note():
    problems = told("card", "cvv", "holder", "amount")
    assert [problem.title for problem in problems] == [
        "40 card numbers in card became tokens",
        "cvv was dropped",
        "holder is sealed",
    ]
    assert {problem.severity for problem in problems} == {Severity.NOTE}
    assert problems[2].detail.startswith("1 value names people")


def test_numbers_that_are_no_cards_can_be_opened_by_dropping_the_file_again():
    (problem,) = told("card")
    assert problem.offers[0].fixes == (Fix(Kind.OPEN, "card", "numbers"),)
    assert "drop the file again" in problem.detail


def test_columns_that_are_not_in_the_file_any_more_say_nothing():
    assert told("other") == []
