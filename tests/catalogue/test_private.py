"""Cards, codes and names: replaced by a token, dropped, sealed, or refused when spoilt."""

import io

import pytest

from backend import drafts, imports
from backend.privacy import token
from backend.steps.cards import is_token
from backend.steps.columns import Role
from backend.steps.recipe import Fix, Kind
from tests.catalogue.desk import accepted, column, refusal
from tests.catalogue.sheets import ROWS, changed, csv, table

CARD = "4242424242424242"
WRITTEN = {
    "16 digits": CARD,
    "15 digits": "378282246310005",
    "19 digits": "6205500000000000004",
    "spaces": "4242 4242 4242 4242",
    "dashes": "4242-4242-4242-4242",
    "full width": "４２４２４２４２４２４２４２４２",
}


@pytest.mark.parametrize("way", WRITTEN)
@pytest.mark.parametrize("header", ["cc_num", "whose"])
def test_c50_card_numbers_become_tokens(house, way: str, header: str) -> None:
    lines = table(extra={header: WRITTEN[way]})
    found = accepted(csv(lines))
    digits = {"15 digits": "378282246310005", "19 digits": "6205500000000000004"}.get(way, CARD)
    assert found.protected[header]["cards"] == ROWS
    assert {one.name: one.role for one in found.columns}[header] in (Role.ENTITY, Role.ID)
    assert token(digits) in {*column(found, "_entity"), *_all(found, header)}


def _all(found, header: str) -> set[object]:
    roles = {one.name: one.role for one in found.columns}
    return set(column(found, header)) if roles[header] is not Role.ENTITY else set()


@pytest.mark.parametrize("written", ["4.11E+15", "4,24242E+15", "4e15"])
def test_c50_card_numbers_a_spreadsheet_rounded(house, written: str) -> None:
    lines = table(extra={"cc_num": CARD})
    lines[12][-1] = f'"{written}"'
    assert refusal(csv(lines)) == (
        f'Column "cc_num", line 13: a spreadsheet rounded a card number to "{written}", so '
        "different cards became one. Export the file again, and do not open it in a spreadsheet."
    )


def test_c51_card_numbers_in_text_headers_and_file_names(house) -> None:
    lines = table(extra={f"card {CARD}": "x{row}"})
    lines[8][3] = f"shop of {CARD}"
    found = accepted(csv(lines), f"cards {CARD}.csv")
    assert CARD not in str(found)
    assert found.file_name == "cards •••.csv"
    assert found.columns[-1].name == "card •••"
    assert column(found, "_counterparty")[7] == f"shop of {token(CARD)}"
    assert found.protected["shop"]["cards"] == 1


def test_c52_an_order_id_that_passes_is_a_token_too(house) -> None:
    lines = table(extra={"order_no": "99{row:014}"})
    lines[5][-1] = CARD
    found = accepted(csv(lines))
    cells = column(found, "order_no")
    assert is_token(str(cells[4])) and cells[5] == "9900000000000005"
    assert found.protected["order_no"]["cards"] == 1


@pytest.mark.parametrize(
    "header", ["cvv", "CVC2", "cardCVV", "enteredCVV", "PIN", "pin block", "Track 2", "track1"]
)
def test_c53_codes_pins_and_tracks_are_dropped(house, header: str) -> None:
    found = accepted(csv(table(extra={header: "731{row}"})))
    told = next(one for one in found.columns if one.name == header)
    assert (told.role, told.why) == (
        Role.IGNORE,
        "Security code of a card: dropped before anything was stored",
    )
    assert (told.missing, told.distinct, told.example) == (1.0, 0, "")
    assert found.protected[header]["dropped"] is True


def test_c53_what_a_magnetic_stripe_holds_is_cut_to_its_token(house) -> None:
    stripe = f"%B{CARD}^BELL/ANN^25121011234567890?"
    found = accepted(changed({7: {"shop": stripe}}))
    assert column(found, "_counterparty")[7] == token(CARD)


def test_c51_names_and_birthdays_are_sealed(house) -> None:
    given = csv(table(extra={"first": "Ann{row}", "dob": "1988-03-09"}))
    found = accepted(given)
    told = {one.name: (one.role, one.example) for one in found.columns}
    assert told["first"] == told["dob"] == (Role.SEALED, "sealed")
    assert all(str(cell).startswith("s1:") for cell in column(found, "first"))


def test_c52_a_column_the_analyst_opened_keeps_its_numbers(house) -> None:
    lines = table(extra={"order_no": "99{row:014}"})
    lines[5][-1], lines[6][-1] = CARD, "4242 4242 4242 4242"
    given = io.BytesIO(csv(lines).encode())
    draft = imports.receive(given, "t.csv", fixes=(Fix(Kind.OPEN, "order_no", "numbers"),))
    cells = column(drafts.accept(draft.id), "order_no")
    assert cells[4] == CARD and cells[5] == token(CARD)  # spelt like a card, it is one
