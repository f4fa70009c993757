"""Text becomes numbers and labels; what is neither becomes NULL, never something else."""

from pathlib import Path

import pytest

from backend.steps.duck import Table, literal, open_duck
from backend.steps.values import Style, currency_in, filled, label, number, unknown_label, words


def value(folder: Path, text: str, expression: str):
    with open_duck(folder) as connection:
        return Table(connection, f"(SELECT {literal(text)} AS c0)").row(expression)[0]


@pytest.mark.parametrize(
    ("text", "style", "expected"),
    [
        ("134.09", Style.PLAIN, 134.09),
        (" 12 ", Style.PLAIN, 12),
        ("1e3", Style.PLAIN, 1000),
        ("$134.09", Style.PLAIN, None),
        ("1e309", Style.PLAIN, None),
        ("NaN", Style.PLAIN, None),
        ("Infinity", Style.PLAIN, None),
        ("0x1F", Style.PLAIN, None),
        ("$134.09", Style.POINT, 134.09),
        ("$-25.00", Style.POINT, -25),
        ("-$25.00", Style.POINT, -25),
        ("($1,234.50)", Style.POINT, -1234.5),
        ("1,234.56", Style.POINT, 1234.56),
        ("1,234", Style.POINT, 1234),
        ("EUR 12.50", Style.POINT, 12.5),
        ("1,2,3", Style.POINT, None),
        ("12.50 or so", Style.POINT, None),
        ("1.234,56 €", Style.COMMA, 1234.56),
        ("12,5", Style.COMMA, 12.5),
        ("1 234,56", Style.COMMA, 1234.56),
        ("(1.234,50 €)", Style.COMMA, -1234.5),
        ("25.00-", Style.POINT, -25),
        ("−25.00", Style.POINT, -25),
        ("$1_000", Style.POINT, None),
        ("1_000", Style.PLAIN, None),
        ("١٢", Style.PLAIN, None),
        ("١٢", Style.POINT, None),
        ("0x1F", Style.POINT, None),
        ("$NaN", Style.POINT, None),
        ("1.5", Style.COMMA, None),
        ("", Style.POINT, None),
    ],
)
def test_number(tmp_path: Path, text: str, style: Style, expected: float | None) -> None:
    assert value(tmp_path, text, number("c0", style)) == expected


@pytest.mark.parametrize(
    ("text", "expected", "unknown"),
    [
        *((text, 1, False) for text in ("1", "Yes", "Y", "TRUE", "fraud", " 1 ", "1.0")),
        *(
            (text, 0, False)
            for text in ("'0'", "0", "no", "N", "False", "legit", "Legitimate", "0.0")
        ),
        *((text, None, False) for text in ("", "  ", "N/A", "?")),
        *((text, None, True) for text in ("2", "maybe", "ham", "-1")),
    ],
)
def test_label(tmp_path: Path, text: str, expected: int | None, unknown: bool) -> None:
    assert value(tmp_path, text, label("c0")) == expected
    assert value(tmp_path, text, unknown_label("c0")) is unknown


def test_a_merchant_may_be_called_na(tmp_path: Path) -> None:
    assert value(tmp_path, " NA ", words("c0")) == "NA"
    assert value(tmp_path, " NA ", filled("c0")) is None


@pytest.mark.parametrize(
    ("text", "sign"),
    [("$4.50", "$"), ("Amount (EUR)", "€"), ("amount_gbp", "£"), ("neural", ""), ("12.50", "")],
)
def test_currency(text: str, sign: str) -> None:
    assert currency_in(text) == sign
