"""Columns that say nothing are told once; rounded numbers are told with what is left of them."""

from backend.steps.columns import Role
from backend.steps.unused import constant, rounded
from tests.backend.steps.outlines import outlined


def test_flat_columns_are_one_note(tmp_path):
    columns = {
        "country": (Role.IGNORE, ["AT", "AT"]),
        "empty": (Role.IGNORE, [None, None]),
        "sometimes": (Role.IGNORE, ["x", None]),
        "amount": (Role.AMOUNT, [1, 1]),
    }
    with outlined(tmp_path, columns) as outline:
        (problem,) = constant(outline)
    assert problem.count == 2
    assert problem.detail.startswith("country, empty: nothing can be learned")


def test_many_flat_columns_are_not_all_named(tmp_path):
    columns = {f"f{place}": (Role.IGNORE, ["AT", "AT"]) for place in range(9)}
    with outlined(tmp_path, columns) as outline:
        (problem,) = constant(outline)
    assert "f5 and 3 more" in problem.detail


def test_no_flat_column_no_note(tmp_path):
    with outlined(tmp_path, {"a": (Role.CATEGORY, ["x", "y"])}) as outline:
        assert list(constant(outline)) == []


def test_rounded_numbers_are_counted_where_they_tell_who(tmp_path):
    values = ["3.52721E+18", " -7.27612E+17 ", "3.52721E+18", "M123", None]
    columns = {"shop": (Role.COUNTERPARTY, values), "size": (Role.NUMBER, ["1E+18"] * 5)}
    with outlined(tmp_path, columns) as outline:
        (problem,) = rounded(outline)
    assert problem.title == "A spreadsheet rounded 3 values of shop"
    assert "Only 2 different ones" in problem.detail
    assert [example.line for example in problem.examples] == [2, 3, 4]
