"""C32, C33 and C51: a file's name is for showing only, and shows neither tricks nor cards."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import FileRefused
from backend.steps.file_names import LONGEST, shown_name


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("transactions.csv", "transactions.csv"),
        ("TRANSACTIONS.CSV", "TRANSACTIONS.CSV"),
        ("../../x.csv", "x.csv"),
        ("..\\..\\x.csv", "x.csv"),
        ("/etc/passwd", "passwd"),
        ("x\0.csv", "x.csv"),
        ("CON.csv", "CON.csv"),
        ("x.csv:ads", "x.csv:ads"),
        ("invoice\u202efdp.csv", "invoicefdp.csv"),
        ("a\r\nb\x1b[31m.csv", "ab[31m.csv"),
        ("zero\u200bwidth\ufeff.csv", "zerowidth.csv"),
        ("Cafe\u0301.csv", "Caf\u00e9.csv"),
        ("👩\u200d💻 spend.csv", "👩\u200d💻 spend.csv"),
        ("card 4111 1111 1111 1111.csv", "card •••.csv"),
        ("4111111111111111.csv", "•••.csv"),
        ("march.csv.csv", "march.csv.csv"),
        ("cards.2024.csv", "cards.2024.csv"),
        ("", "file.csv"),
        ("..", ".."),
        ("\u202e\u200b", "file.csv"),
    ],
)
def test_a_name_is_shown_without_tricks(given_name: str, shown: str) -> None:
    assert shown_name(given_name) == shown


def test_a_long_name_is_cut() -> None:
    assert shown_name("x" * 1_000) == "x" * LONGEST


def test_a_card_at_the_cut_is_hidden_whole() -> None:
    assert "4111" not in shown_name("x" * (LONGEST - 8) + " 4111111111111111.csv")


@pytest.mark.parametrize("name", ["x.csv.exe", "x.CSV.Exe", "x.csv.zip", "x.csv.\u202eexe"])
def test_a_csv_with_another_ending_behind_it_is_refused(name: str) -> None:
    with pytest.raises(FileRefused, match=r'ends in "\w+", not in "csv"'):
        shown_name(name)


@given(st.text())
def test_no_name_keeps_folders_or_invisible_signs(name: str) -> None:
    try:
        shown = shown_name(name)
    except FileRefused:
        return
    assert shown
    assert len(shown) <= LONGEST
    assert not {"/", "\\"} & set(shown)
    assert not [s for s in shown if unicodedata.category(s).startswith("C") and s != "\u200d"]
