"""Tokens of card numbers: the same under one key, different under another, never the number."""

import json
import stat
from pathlib import Path

import pytest

from backend import privacy
from backend.errors import FileRefused
from backend.steps.cards import is_token
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
