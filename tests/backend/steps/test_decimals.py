"""Whether a comma or a point stands before the cents, decided by what whole columns hold."""

from pathlib import Path

import pytest

from backend.steps.decimals import COMMA, POINT, read_decimals
from backend.steps.duck import Table, literal, open_duck
from backend.steps.recipe import Fix, Kind
from backend.steps.values import Style

TO_COMMA = Fix(Kind.DECIMALS, "amount", COMMA)


def read(folder: Path, rows: list[tuple[str, ...]], fixes: tuple[Fix, ...] = ()):
    values = ", ".join(f"({', '.join(literal(cell) for cell in row)})" for row in rows)
    names = ("amount", "fee")[: len(rows[0])]
    with open_duck(folder) as connection:
        cells = {name: f"c{place}" for place, name in enumerate(names)}
        table = Table(connection, f"(VALUES {values}) AS t({', '.join(cells.values())})")
        return read_decimals(table, cells, ["amount"], fixes)


@pytest.mark.parametrize(
    ("values", "style"),
    [
        (("12", "1.5"), Style.PLAIN),
        (("1e3", "-2.25"), Style.PLAIN),
        (("1,234", "12,5"), Style.COMMA),
        (("1,234", "0,125"), Style.COMMA),
        (("1,234", "1234,125"), Style.COMMA),
        (("1.234,56",), Style.COMMA),
        (("1.234.567",), Style.COMMA),
        (("1,234", "12.5"), Style.POINT),
        (("1,234.56",), Style.POINT),
        (("1,234,567",), Style.POINT),
        (("$1.50", "$2"), Style.POINT),
        (("1.234", "0.125"), Style.POINT),
    ],
)
def test_the_whole_column_decides(tmp_path: Path, values: tuple[str, ...], style: Style) -> None:
    found = read(tmp_path, [(value,) for value in values])

    assert (found.styles, found.open) == ({"amount": style}, ())


@pytest.mark.parametrize(
    ("values", "likelier"), [(("1,234", "950"), POINT), (("1.234", "950"), COMMA)]
)
def test_a_thousand_or_a_little_more_than_one_is_open(tmp_path: Path, values, likelier) -> None:
    rows = [(value,) for value in values]

    found = read(tmp_path, rows)
    assert (found.open, found.suggested) == (("amount",), likelier)

    said = read(tmp_path, rows, (TO_COMMA,))
    assert (said.styles, said.open) == ({"amount": Style.COMMA}, ())


@pytest.mark.parametrize(("fee", "style"), [("0,5", Style.COMMA), ("0.5", Style.POINT)])
def test_another_column_of_the_file_decides(tmp_path: Path, fee: str, style: Style) -> None:
    found = read(tmp_path, [("1,234", fee)])

    assert (found.styles["amount"], found.open) == (style, ())


def test_no_numbers_nothing_to_decide(tmp_path: Path) -> None:
    with open_duck(tmp_path) as connection:
        assert read_decimals(Table(connection, "(SELECT 1)"), {}, []).styles == {}
