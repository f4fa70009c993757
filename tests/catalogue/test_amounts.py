"""Amounts however they are written: which are read, which are put aside, which are asked about."""

import pytest

from backend import drafts
from backend.errors import TouchstoneError
from backend.steps.columns import Role
from tests.backend.bringing import bring
from tests.catalogue.desk import accepted, aside, column
from tests.catalogue.sheets import ROWS, changed, csv, table


def with_amounts(*written: str) -> str:
    """Return a file whose amounts are these, one after another, in quotes."""
    rows = range(ROWS)
    return changed({row: {"amount": f'"{written[row % len(written)]}"'} for row in rows})


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1,234.56", 1234.56),
        ("1.234,56", 1234.56),
        ("12,5", 12.5),
        ("1,234,567", 1_234_567),
        ("1.234.567", 1_234_567),
        ("1 234,56", 1234.56),
        ("1'234.56", 1234.56),
    ],
)
def test_c35_a_point_or_a_comma_that_can_only_be_one_thing(
    house, written: str, amount: float
) -> None:
    assert column(accepted(with_amounts(written)), "_amount")[3] == amount


def test_c35_a_comma_that_could_be_either_is_asked_about(house) -> None:
    draft = bring(with_amounts("1,250", "3,700"))
    asked = drafts.question(draft.id)
    assert asked is not None and asked.key == "written"
    told = " ".join(example for option in asked.options for example in option.examples)
    assert "1,250" in told
    with pytest.raises(TouchstoneError) as refused:
        drafts.accept(draft.id)
    assert str(refused.value) == (
        "How are amounts written in this file? Say so first, then transactions can be used."
    )
    amounts = []
    for option in asked.options[:2]:
        drafts.fix(draft.id, option.fixes)
        assert drafts.question(draft.id) is None
        amounts.append(drafts.preview(draft.id, 1)["amount"][0])
    ready = drafts.accept(draft.id)
    assert column(ready, "_amount")[0] in (1.25, 1250)
    assert len({ready.id, draft.id}) == 1


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("$134.09", 134.09),
        ("$-25.00", -25.0),
        ("-$25.00", -25.0),
        ("($25.00)", -25.0),
        ("25.00-", -25.0),
        ("€ 12.50", 12.5),
        ("12.50 EUR", 12.5),
        ("1e3", 1000),
        ("-0", 0),
        ("+7.25", 7.25),
        (" 7.25 ", 7.25),
        ("−7.25", -7.25),
    ],
)
def test_c36_amounts_with_signs_that_are_read(house, written: str, amount: float) -> None:
    found = accepted(changed({7: {"amount": written}}))
    assert found.quarantined == 0
    assert column(found, "_amount")[7] == amount


@pytest.mark.parametrize(
    "written", ["1e309", "Infinity", "-inf", "NaN", "0x1F", "12abc", "1_000", "12.5.6", "--5"]
)
def test_c36_amounts_that_are_no_finite_number(house, written: str) -> None:
    found = accepted(changed({7: {"amount": written}}))
    assert aside(found) == [(9, "amount", "amount")]


def test_c36_amounts_in_digits_of_another_script(house) -> None:
    found = accepted(changed({7: {"amount": "١٢٫٥"}, 9: {"amount": "１２.５"}}))
    assert aside(found) == [(9, "amount", "amount"), (11, "amount", "amount")]


def test_c37_negative_and_zero_amounts_are_kept(house) -> None:
    found = accepted(changed({7: {"amount": "-12.50"}, 8: {"amount": "0"}}))
    assert column(found, "_amount")[7:9] == [-12.5, 0.0]
    assert found.quarantined == 0


@pytest.mark.parametrize("written", ["1e18", "1234567890123456789012345", "-1e15", "1e12"])
def test_c38_amounts_no_payment_has(house, written: str) -> None:
    found = accepted(changed({7: {"amount": written}}))
    assert aside(found) == [(9, "range", "amount")]


def test_c39_cents_are_exact(house) -> None:
    found = accepted(changed({7: {"amount": repr(0.1 + 0.2)}, 8: {"amount": "19.99"}}))
    assert column(found, "_amount")[7:9] == [0.3, 19.99]


@pytest.mark.parametrize("nothing", ["NULL", "N/A", "-", "?", "", "   ", "none", "na"])
def test_c58_words_for_nothing_are_missing_amounts(house, nothing: str) -> None:
    found = accepted(changed({7: {"amount": nothing}}))
    assert found.quarantined == 0 and column(found, "_amount")[7] is None


def test_c58_a_merchant_named_na_is_a_merchant(house) -> None:
    names = {row: {"shop": ("NA", "None", "Nan", "Null")[row % 4]} for row in range(ROWS)}
    found = accepted(changed(names))
    assert set(column(found, "_counterparty")) == {"NA", "None", "Nan", "Null"}
    assert {one.name: one.role for one in found.columns}["shop"] is Role.COUNTERPARTY


def test_c36_too_many_amounts_that_cannot_be_read_block_the_file(house) -> None:
    lines = table(ROWS, {row: {"amount": "12abc"} for row in range(0, ROWS, 10)})
    draft = bring(csv(lines))
    with pytest.raises(TouchstoneError) as refused:
        drafts.accept(draft.id)
    assert str(refused.value) == (
        'Column "amount", line 2: 4 amounts cannot be read. Too many to put aside: more than 5% of '
        "the rows. Correct them and bring the file again, or choose a way out in the clinic. An "
        "amount is a number such as 1,234.50, $-25.00 or 1.234,50 €."
    )
