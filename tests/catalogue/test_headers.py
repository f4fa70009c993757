"""Headers: twice, alike, hostile, too many, missing."""

import pytest

from tests.catalogue.desk import accepted, refusal
from tests.catalogue.sheets import HEADER, ROWS, csv, table


def headed(*names: str) -> str:
    """Return a good file under another header."""
    return csv([names, *table()[1:]])


def test_c18_a_header_twice(house) -> None:
    assert refusal(headed("id", "when", "card", "amount", "amount", "is_fraud")) == (
        'Columns 4 and 5 of line 1 have one name, "amount" and "amount". Rename one of them.'
    )


@pytest.mark.parametrize("other", ["Shop", " shop ", "SHOP", "ｓｈｏｐ"])
def test_c19_headers_that_look_alike(house, other: str) -> None:
    assert refusal(headed("id", "when", "shop", other, "amount", "is_fraud")) == (
        f'Columns 3 and 4 of line 1 have one name, "shop" and "{other.strip()}". '
        "Rename one of them."
    )


def test_c19_a_header_without_a_name(house) -> None:
    assert refusal(headed("id", "when", "", "shop", "amount", "is_fraud")) == (
        "Column 3 of line 1 has no name. Give it one, or remove it."
    )


def test_c21_unknown_extra_columns_are_listed_with_a_reason(house) -> None:
    given = csv(table(extra={"zz_constant": "x", "zz_free": "word{row}"}))
    found = accepted(given)
    why = {one.name: (one.role.value, one.why) for one in found.columns}
    assert why["zz_constant"] == ("ignore", "The same value in every row")
    assert why["zz_free"] == ("id", "Unique in every row")


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "[link](javascript:alert(1))", "**bold** $x^2$"]
)
def test_c22_a_header_of_html_or_markdown_is_a_name(house, name: str) -> None:
    found = accepted(headed("id", "when", "card", name, "amount", "is_fraud"))
    assert found.columns[3].name == name


@pytest.mark.parametrize(
    "name",
    ["__class__", "constructor", "index", "id; DROP TABLE datasets", 'a"b', "a'b", "c0", "rowid"],
)
def test_c23_a_header_that_means_something_to_a_program(house, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    found = accepted(headed("n", "when", "card", quoted, "amount", "is_fraud"))
    assert found.columns[3].name == name
    assert found.rows == ROWS


@pytest.mark.parametrize("name", ["_row", "_label", "_Amount"])
def test_c23_a_header_we_use_ourselves(house, name: str) -> None:
    assert refusal(headed("id", "when", "card", name, "amount", "is_fraud")) == (
        f'Column 4 is named "{name}", which we use. Rename it.'
    )


def test_c24_too_many_columns(house) -> None:
    header = [*HEADER, *(f"x{at}" for at in range(4_994))]
    assert refusal(csv([header, *([*line, *["1"] * 4_994] for line in table(3)[1:])])) == (
        "The file has 5,000 columns; at most 2,000 are read."
    )


@pytest.mark.slow
def test_c24_as_many_columns_as_ieee_cis_has(house) -> None:
    header = [*HEADER, *(f"V{at}" for at in range(388))]
    found = accepted(csv([header, *([*line, *["1.5"] * 388] for line in table()[1:])]))
    assert len(found.columns) == 394
