"""Rows: quotes, widths, long cells, many rows, cells made to be slow."""

import json

import pytest

from tests.catalogue.desk import accepted, aside, column, refusal
from tests.catalogue.sheets import HEADER, ROWS, changed, csv, good, table, with_lines


def test_c13_quoted_newlines_keep_later_lines_right(house) -> None:
    lines = good().splitlines()
    lines[5] = lines[5].replace("shop 1", '"shop\none\r\nand a half"')
    lines[30] = "t,short"
    found = accepted("\n".join(lines) + "\n")
    cell = str(column(found, "_counterparty")[4])
    assert cell.replace("\r", "") == "shop\none\nand a half"
    assert aside(found) == [(33, "short", None)]


def test_c14_a_quote_that_is_never_closed(house) -> None:
    lines = good().splitlines()
    lines[9] = lines[9].replace("shop", '"shop')
    assert refusal("\n".join(lines) + "\n") == (
        "A quote opened in line 10 is not closed there and swallows what follows. "
        "Close it, or double it where a quote is meant."
    )


def test_c15_a_stray_quote_is_put_aside(house) -> None:
    found = accepted(with_lines('t9,2024-01-01 00:00:00,C1,"shop" 1,5.5,0'), rows=ROWS + 1)
    assert aside(found) == [(20, "quote", None)]


def test_c16_a_row_too_short(house) -> None:
    found = accepted(with_lines("t9,2024-01-01 00:00:00,C1"), rows=ROWS + 1)
    assert aside(found) == [(20, "short", None)]


def test_c17_a_row_too_long(house) -> None:
    found = accepted(with_lines("t9,2024-01-01 00:00:00,C1,s,5.5,0,more,more"), rows=ROWS + 1)
    assert aside(found) == [(20, "long", None)]


def test_c16_too_many_short_rows(house) -> None:
    assert refusal(with_lines(*["t9,short"] * 10)) == (
        "10 rows (20%) cannot be read. The first: line 20 has too few columns."
    )


def test_c25_one_cell_of_40_thousand_characters(house) -> None:
    assert refusal(changed({7: {"shop": "x" * 40_000}})) == LONG_CELL.format(line=9, column="shop")


@pytest.mark.slow
def test_c25_one_cell_of_50_megabytes(house) -> None:
    given = changed({7: {"shop": "x" * 50_000_000}})
    assert refusal(given) == LONG_CELL.format(line=9, column="shop")


@pytest.mark.slow
def test_c25_one_quoted_cell_of_50_megabytes(house) -> None:
    given = changed({7: {"shop": '"' + "x" * 50_000_000 + '"'}})
    assert refusal(given) == LONG_CELL.format(line=9, column="shop")


@pytest.mark.slow
def test_c25_one_cell_of_two_million_lines_reads_as_a_quote_left_open(house) -> None:
    given = changed({7: {"shop": '"' + "x\n" * 2_000_000 + '"'}})
    assert refusal(given) == (
        "A quote opened in line 9 is not closed there and swallows what follows. "
        "Close it, or double it where a quote is meant."
    )


LONG_CELL = (
    'Column "{column}", line {line}: a cell is longer than 32 KB, so this is no table of '
    "transactions. Shorten it, or remove the column."
)


def many(rows: int) -> str:
    """Return a valid file of as many rows, without ids, so that rows may repeat."""
    header, *lines = (line[1:] for line in table(10_000))
    return csv([header]) + csv(lines) * (rows // 10_000)


@pytest.mark.slow
def test_c27_more_rows_than_fit_in_a_child_at_once(house) -> None:
    assert accepted(many(4_000_000), rows=4_000_000).quarantined == 0


@pytest.mark.slow
def test_c28_a_million_rows(house) -> None:
    assert accepted(many(1_000_000), rows=1_000_000).quarantined == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "cell",
    [
        "a" * 5_000 + "!",
        "(a+)+" * 500 + "$",
        '"' + "," * 10_000 + '"',
        '"' + '""' * 10_000 + '"',
        '"' + json.dumps({"a": 1}).replace('"', '""') * 50 + '"',
        "[" * 8_000,
        "4" * 20_000,
        "4 " * 10_000,
        "1/" * 9_000,
    ],
)
def test_c67_cells_made_to_be_slow(house, cell: str) -> None:
    found = accepted(changed({7: {"shop": cell}}))
    assert found.quarantined == 0


@pytest.mark.slow
def test_c67_a_row_of_ten_thousand_commas(house) -> None:
    found = accepted(with_lines("t9" + ",x" * 10_000), rows=ROWS + 1)
    assert aside(found) == [(20, "long", None)]


def test_c68_cells_made_to_forge_a_log(house, caplog) -> None:
    caplog.set_level("DEBUG")
    cell = '"ok\r\n2024-01-01 ERROR admin signed in \x1b[31mred\x1b[0m"'
    found = accepted(changed({7: {"shop": cell}}))
    assert "admin signed in" not in caplog.text
    assert any("admin signed in" in str(value) for value in column(found, "_counterparty"))


def test_c68_a_message_shows_no_control_characters(house) -> None:
    given = csv([["a\x1b[31m", "a\x1b[31m", *HEADER[2:]], *table()[1:]])
    assert "\x1b" not in refusal(given)
