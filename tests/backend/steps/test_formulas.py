"""No cell of an export runs as a formula, and numbers stay numbers."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.steps.formulas import STARTS_A_FORMULA, neutralise, safe


@pytest.mark.parametrize(
    "cell",
    [
        '=HYPERLINK("http://x","y")',
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "  =1+1",
        '"=1+1',
        "\x00=1",
        "＝1+1",
        "＋1-1",
        "－1+1",
        "＠SUM(1)",
    ],
)
def test_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert neutralise(cell).startswith("'")
    assert "\x00" not in neutralise(cell)


@pytest.mark.parametrize("cell", ["-25.00", "+3", "-1e-9", "12", "Kirlin and Sons", "", "a=b"])
def test_numbers_and_plain_words_stay(cell: str) -> None:
    assert neutralise(cell) == cell


@given(st.text())
def test_nothing_that_leaves_can_start_a_formula_unless_it_is_a_number(cell: str) -> None:
    out = neutralise(cell)
    assert out.startswith("'") or out == cell
    if out == cell and STARTS_A_FORMULA.match(out):
        float(out)


def test_a_table_is_guarded_with_its_headers_and_its_numbers_keep_their_type() -> None:
    table = pd.DataFrame({"=evil()": ["=1", None, "ok"], "amount": [-1.5, 2.0, None]})
    guarded = safe(table)
    assert list(guarded.columns) == ["'=evil()", "amount"]
    assert guarded.iloc[0, 0] == "'=1" and pd.isna(guarded.iloc[1, 0])
    assert guarded["amount"].dtype == float and guarded["amount"].iloc[0] == -1.5
    assert list(table.columns) == ["=evil()", "amount"]  # the caller's table is left alone


def test_an_empty_table_stays_empty() -> None:
    assert safe(pd.DataFrame({"a": []})).empty
