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
        "cvv was dropped",
        "holder is sealed",
        "40 card numbers in card became tokens",
    ]
    assert {problem.severity for problem in problems} == {Severity.NOTE}
    assert problems[1].detail.startswith("1 cell names people")


def test_many_sealed_columns_are_one_note():
    names = [f"name{place}" for place in range(7)]
    report = {name: {"sealed": 10} for name in names}
    (problem,) = hidden.problems(report, [Column(name, Role.SEALED, "") for name in names])
    assert problem.title == "name0, name1, name2, name3, name4 and 2 more are sealed"
    assert problem.count == 70
    two = [Column(name, Role.SEALED, "") for name in names[:2]]
    (problem,) = hidden.problems(report, two)
    assert problem.title == "name0 and name1 are sealed"


def test_numbers_that_are_no_cards_can_be_opened_by_dropping_the_file_again():
    (problem,) = told("card")
    assert problem.offers[0].fixes == (Fix(Kind.OPEN, "card", "numbers"),)
    assert "drop the file again" in problem.detail


def test_columns_that_are_not_in_the_file_any_more_say_nothing():
    assert told("other") == []
