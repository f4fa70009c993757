"""Tokens of card numbers: the same under one key, different under another, never the number."""

import base64
import json
import stat
from pathlib import Path

import pytest

from backend import privacy
from backend.errors import FileDamaged, FileRefused
from backend.steps.cards import is_token
from backend.steps.masking import SEALED
from settings import settings
from tests.backend.bringing import bring

CARD = "4242424242424242"


def test_one_card_has_one_token_and_the_token_does_not_name_it(house: Path) -> None:
    assert privacy.token(CARD) == privacy.token(CARD)
    assert privacy.token(CARD) != privacy.token("5105105105105100")
    assert is_token(privacy.token(CARD))
    assert CARD not in privacy.token(CARD)


def test_the_key_lies_in_a_file_that_only_its_owner_reads(house: Path) -> None:
    privacy.token(CARD)
    assert stat.S_IMODE(settings.key_file.stat().st_mode) == 0o600
    assert list(json.loads(settings.key_file.read_text())) == ["1"]


def test_another_installation_gives_another_token(house: Path, tmp_path: Path, change) -> None:
    here = privacy.token(CARD)
    change(keys=str(tmp_path / "other.json"))
    assert privacy.token(CARD) != here


def test_no_card_number_lies_in_what_is_kept_of_a_file(house: Path) -> None:
    rows = "".join(f"2024-01-0{day},4242-4242-4242-4242,paid {CARD},9.5,123,0\n" for day in (1, 2))
    dataset = bring(f"when,pan,note,amount,cvv,is_fraud\n{rows}")
    kept = [path for path in house.rglob("*") if path.is_file()]
    assert [str(path) for path in kept if b"4242" in path.read_bytes()] == []
    assert "4242" not in str(dataset)


def test_a_card_number_in_a_header_or_a_file_name_is_not_kept(house: Path) -> None:
    rows = "".join(f"2024-01-0{day},x,9.5,{day % 2}\n" for day in range(1, 10))
    dataset = bring(f"when,card {CARD},amount,is_fraud\n{rows}", f"export {CARD}.csv")
    assert "4242424242" not in str(dataset)
    kept = [path for path in house.rglob("*") if path.is_file()]
    assert [str(path) for path in kept if CARD.encode() in path.read_bytes()] == []


def test_card_numbers_rounded_by_a_spreadsheet_are_refused_with_the_line(house: Path) -> None:
    rows = f"{CARD},9.5,0\n4.11E+15,9.5,1\n"
    with pytest.raises(FileRefused, match=r'"cc_num", line 3: .* "4\.11E\+15"'):
        bring(f"cc_num,amount,is_fraud\n{rows}")
    assert not list((house / "uploads").iterdir())


def test_a_seal_opens_in_its_own_cell_only(house: Path) -> None:
    cell = privacy.seal("Ann Bell", "table", "last", 7)
    assert SEALED.fullmatch(cell) and "Ann" not in cell
    assert privacy.unseal(cell, "table", "last", 7) == "Ann Bell"
    assert privacy.seal("Ann Bell", "table", "last", 7) != cell  # two alike do not look alike
    moved = [("other", "last", 7), ("table", "first", 7), ("table", "last", 8)]
    for place in moved:
        with pytest.raises(FileDamaged, match="does not open: it was changed or moved"):
            privacy.unseal(cell, *place)


def test_a_seal_with_any_bit_flipped_does_not_open(house: Path) -> None:
    cell = privacy.seal("Ann", "table", "last", 0)
    box = base64.b64decode(cell.removeprefix("s1:"))
    for bit in range(8 * len(box)):
        flipped = bytearray(box)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(FileDamaged):
            privacy.unseal(f"s1:{base64.b64encode(flipped).decode()}", "table", "last", 0)


@pytest.mark.parametrize("cell", ["", "Ann", "s1:", "s1:AAAA", "s9:AAAA", "s1:====", "v1:00"])
def test_what_is_no_seal_does_not_open(house: Path, cell: str) -> None:
    with pytest.raises(FileDamaged):
        privacy.unseal(cell, "table", "last", 0)


def test_another_installations_key_opens_nothing(house: Path, tmp_path: Path, change) -> None:
    cell = privacy.seal("Ann", "table", "last", 0)
    change(keys=str(tmp_path / "other.json"))
    with pytest.raises(FileDamaged, match="Put the key file back"):
        privacy.unseal(cell, "table", "last", 0)


def test_a_turned_key_writes_and_the_old_one_still_reads(house: Path) -> None:
    before = privacy.seal("Ann", "table", "last", 0)
    assert privacy.turn_key() == 2
    after = privacy.seal("Bo", "table", "last", 1)
    assert (before[:3], after[:3]) == ("s1:", "s2:")
    assert privacy.unseal(before, "table", "last", 0) == "Ann"
    assert privacy.unseal(after, "table", "last", 1) == "Bo"
    assert privacy.token(CARD).startswith("v2:")


def test_a_key_file_without_keys_seals_nothing(house: Path) -> None:
    settings.key_file.parent.mkdir(parents=True)
    for stored in ("", "{}", "[]", '{"1": "c2hvcnQ="}', '{"x": 1}'):
        settings.key_file.write_text(stored)
        with pytest.raises(FileDamaged, match=r"holds no keys\. Put its copy back"):
            privacy.seal("Ann", "table", "last", 0)


def test_nonces_do_not_repeat_when_many_cells_are_sealed(house: Path) -> None:
    seal = privacy.Ring.open(settings.key_file).sealer("table")
    cells = [seal("Ann", "last", row) for row in range(20_000)]
    assert len({cell[3:19] for cell in cells}) == 20_000  # 16 characters spell the 12 bytes
