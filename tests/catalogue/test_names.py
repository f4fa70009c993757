"""File names: whatever they say, they are only shown."""

import pytest

from tests.catalogue.desk import accepted, refusal
from tests.catalogue.sheets import good


@pytest.mark.parametrize(
    ("name", "file_name"),
    [
        ("../../x.csv", "x.csv"),
        ("/etc/passwd.csv", "passwd.csv"),
        ("C:\\data\\x.csv", "x.csv"),
        ("a\x00b.csv", "ab.csv"),
        ("CON.csv", "CON.csv"),
        ("x.csv:ads.csv", "x.csv:ads.csv"),
        ("invoice\u202evsc.csv", "invoicevsc.csv"),
        ("🍩 <b>.csv", "🍩 <b>.csv"),
        ("line\r\nbreak.csv", "linebreak.csv"),
        ("TRANSACTIONS.CSV", "TRANSACTIONS.CSV"),
        ("no_ending", "no_ending"),
        ("values.tsv", "values.tsv"),
        ("export.csv.csv", "export.csv.csv"),
    ],
)
def test_c32_c33_names_are_only_shown(house, name: str, file_name: str) -> None:
    assert accepted(good(), name).file_name == file_name


def test_c32_a_name_of_300_characters(house) -> None:
    found = accepted(good(), "x" * 300 + ".csv")
    assert found.name == "x" * 200
    assert len(found.file_name) <= 300


@pytest.mark.parametrize("ending", ["exe", "xlsx", "gz", "html", "7z"])
def test_c33_another_ending_behind_csv(house, ending: str) -> None:
    assert refusal(good(), f"x.csv.{ending}") == (
        f'The name of this file ends in "{ending}", not in "csv". '
        "Choose a CSV of transactions; unpack or rename this file first if it holds one."
    )
