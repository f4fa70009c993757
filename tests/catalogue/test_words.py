"""Words that could do harm or be lost: formulas, emoji, ids, special tokens, categories."""

import unicodedata

import pandas as pd
import pytest

from backend import drafts
from backend.steps.columns import Role
from backend.steps.formulas import safe
from tests.catalogue.desk import accepted, column
from tests.catalogue.sheets import ROWS, changed, csv, table


@pytest.mark.parametrize(
    "cell",
    ["=HYPERLINK(1)", "+cmd|calc", "-2+3", "@SUM(A1)", "\t=1+1", "＝1+1", "'=1", "＋1", "＠x"],
)
def test_c34_formula_cells_are_kept_and_neutralised_at_export(house, cell: str) -> None:
    found = accepted(changed({7: {"shop": f'"{cell}"'}}))
    kept = str(column(found, "_counterparty")[7])
    assert kept.strip() == cell.strip()
    assert safe(pd.DataFrame({"shop": [kept]}))["shop"][0].startswith("'")


@pytest.mark.parametrize(
    "name",
    [
        "Café 🍩",
        "Zo\u0065\u0308",
        "zero\u200bwidth",
        "\u202egnirts",
        "\u2066iso\u2069",
        "日本 店",
    ],
)
def test_c54_names_of_every_script(house, name: str) -> None:
    found = accepted(changed({7: {"shop": name}}))
    assert column(found, "_counterparty")[7] == name
    assert found.quarantined == 0
    seen = drafts.preview(found.id, 8)["shop"][7]
    assert unicodedata.is_normalized("NFC", seen)
    assert not set(seen) & set("\u202e\u2066\u2069\u200b")


@pytest.mark.parametrize("first", ["000123", "81e3104049863b72", "1E5", "0x1F", "+15", "1_000"])
def test_c55_ids_that_look_like_numbers_stay_text(house, first: str) -> None:
    ids = {row: {"id": f"{first}{row:02}" if row else first} for row in range(ROWS)}
    found = accepted(changed(ids))
    assert column(found, "id")[0] == first


@pytest.mark.parametrize("name", ["1E5", "81e3104049863b72", "007", "1e3", "NaN", "inf"])
def test_c55_merchants_that_look_like_numbers_stay_text(house, name: str) -> None:
    found = accepted(changed({row: {"shop": name} for row in range(0, ROWS, 2)}))
    assert set(column(found, "_counterparty")[::2]) == {name}


def test_c55_ids_of_19_digits_stay_exact(house) -> None:
    found = accepted(csv(table(extra={"ref": "-34670009280187{row:05}"})))
    assert column(found, "ref")[7] == "-3467000928018700007"


@pytest.mark.parametrize("text", ["", "same"])
def test_c57_empty_and_constant_columns_are_left_out(house, text: str) -> None:
    found = accepted(csv(table(extra={"extra": text})))
    told = found.columns[-1]
    assert told.role is Role.IGNORE
    assert told.why == ("The same value in every row" if text else "No row has a value")


def test_c59_a_category_of_many_values_is_no_choice(house) -> None:
    rows = 6_000
    lines = table(rows, extra={"kind": "k{row}"})
    for row in range(1, rows + 1, 2):
        lines[row][-1] = "k1"
    found = accepted(csv(lines), rows=rows)
    told = found.columns[-1]
    assert told.role in (Role.ID, Role.TEXT)
    assert "different values" in told.why


@pytest.mark.parametrize("text", ["[SEP] [CLS]", "</s> <s>", "<|endoftext|>", "<mask> [MASK]"])
def test_c60_special_tokens_are_text(house, text: str) -> None:
    found = accepted(changed({row: {"shop": text} for row in range(0, ROWS, 2)}))
    assert column(found, "_counterparty")[0] == text
    assert text in drafts.preview(found.id)["shop"].tolist()
