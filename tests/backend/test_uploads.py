"""Files that are odd, broken or no table at all: read in full, or refused with a way out."""

import io
import os

import pytest

from backend import datasets, drafts, imports, uploads
from backend.drafts import Understanding
from backend.errors import FileRefused

HEADER = "id,amount,is_fraud\n"
ROWS = "".join(f"a{i},{i}.5,{i % 2}\n" for i in range(40))
GOOD = HEADER + ROWS
OPEN_QUOTE = HEADER + ROWS[:100].rsplit("\n", 1)[0] + '\nz,"4,1\n' + ROWS

REFUSED = {
    "empty": (b"", "The file is empty"),
    "blank lines only": (b"\n\n", "The file is empty"),
    "header only": (HEADER, "a header but no rows"),
    "no header": ("1,2,3\n4,5,6\n", "first line holds values"),
    "one column": ("abc\n1\n2\n", "Only one column"),
    "same header twice": ("id,id,amount\n1,2,3\n", 'Columns 1 and 2 of line 1 have one name, "id"'),
    "same header but for case": ("id,amount,Amount \n1,2,3\n", '"amount" and "Amount"'),
    "nameless column": ("id,,amount\n1,2,3\n", "Column 2 of line 1 has no name"),
    "a name we use": ("_row,amount\n1,2\n", 'named "_row", which we use'),
    "too many columns": (",".join(f"c{i}" for i in range(2001)) + "\n", "2,001 columns"),
    "quote never closed": (OPEN_QUOTE, "opened in line 12 is not closed"),
    "many short rows": (GOOD + "a\n" * 10, r"10 rows \(20%\) .* line 42 has too few columns"),
    "many other bytes": (GOOD.encode() + b"caf\xe9,1,1\n" * 9, "line 42 is not UTF-8 text"),
    "other bytes on top": (GOOD.encode().replace(b"id", b"\xe9", 1), "Line 1 is not UTF-8"),
    "NUL byte": (GOOD + "a\0b,1,1\n", "Line 42 holds a NUL byte"),
    "broken UTF-16": (b"\xff\xfe" + GOOD.encode("utf-16-le") + b"\0", "says it is UTF-16"),
    "workbook": (b"PK\x03\x04...", "Excel workbook .* save it as"),
    "gzip": (b"\x1f\x8b\x08...", "gzip archive, not a CSV. Unpack it"),
    "picture": (b"\x89PNG....", "a PNG picture, not a CSV"),
    "document": (b"%PDF-1.7", "a PDF document, not a CSV"),
    "sign-in page": (b"\n<!DOCTYPE html><html>", "a web page, not a CSV"),
}
READ = {
    "as it should be": (GOOD, 40, 0),
    "semicolons": (GOOD.replace(",", ";"), 40, 0),
    "tabs": (GOOD.replace(",", "\t"), 40, 0),
    "bars": (GOOD.replace(",", "|"), 40, 0),
    "byte order mark": ("\ufeff" + GOOD, 40, 0),
    "UTF-16, small end first": (("\ufeff" + GOOD).encode("utf-16-le"), 40, 0),
    "UTF-16, big end first": (("\ufeff" + GOOD).encode("utf-16-be"), 40, 0),
    "carriage returns": (GOOD.replace("\n", "\r\n"), 40, 0),
    "carriage returns alone": (GOOD.replace("\n", "\r"), 40, 0),
    "line ends mixed": (HEADER + ROWS.replace("\n", "\r\n", 5), 40, 0),
    "line ends mixed three ways": (GOOD.replace("\n", "\r", 3).replace("\n", "\r\n", 3), 40, 0),
    "no line end at the end": (GOOD[:-1], 40, 0),
    "blank lines": ("\n\n" + HEADER + "\n" + ROWS + "\n\n", 40, 0),
    "line ends in quotes": (GOOD + '"x\ny",1,0\n', 41, 0),
    "a row index without a name": (GOOD.replace("id", "", 1), 40, 0),
    "a short row": (GOOD + "a,1\n", 40, 1),
    "a long row": (GOOD + "a,1,1,1\n", 40, 1),
    "a stray quote": (GOOD + '"x"y,1,1\n', 40, 1),
    "other bytes in one row": (GOOD.encode() + b"caf\xe9,1,\xe9\n", 40, 1),
    "a cell of 3 MB": (GOOD + "x" * 3_000_000 + ",1,1\n", 40, 1),
    "headers that look like SQL": (GOOD.replace("id", 'id"; DROP TABLE x', 1), 40, 0),
}


def understand(given: str | bytes) -> Understanding:
    data = given.encode() if isinstance(given, str) else given
    upload = uploads.keep(io.BytesIO(data), uploads.silent)
    try:
        return drafts.understand(upload, uploads.silent)
    finally:
        uploads.discard(upload.folder)


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_what_is_wrong(data_folder, case: str) -> None:
    given, says = REFUSED[case]
    with pytest.raises(FileRefused, match=says):
        understand(given)


@pytest.mark.parametrize("case", READ)
def test_read_with_every_row_accounted_for(data_folder, case: str) -> None:
    given, rows, unreadable = READ[case]

    found = understand(given)

    assert (found.summary.rows, found.rejected) == (rows, unreadable)
    assert found.summary.frauds == 20


def test_hash_and_size_are_of_the_bytes_as_given(data_folder) -> None:
    upload = uploads.keep(io.BytesIO(b"abc"), uploads.silent)

    assert upload.bytes == 3
    assert upload.content_hash.startswith("ba7816bf8f01cfea")  # SHA-256 of "abc", FIPS 180-2
    assert upload.raw.read_bytes() == b"abc"


@pytest.mark.parametrize(
    ("amounts", "currency"),
    [(["$12.50", "$-3.00"], "$"), (["12,50 €", "3,00 €"], "€"), (["12.50", "3.00"], "")],
)
def test_currency_comes_from_the_amounts(data_folder, amounts: list[str], currency: str) -> None:
    rows = "".join(f"{amounts[i % 2]};{i % 2}\n" for i in range(10))

    assert understand("amount;is_fraud\n" + rows).currency == currency


def test_currency_comes_from_header_or_column(data_folder) -> None:
    rows = "".join(f"{i}.5,GBP,{i % 2}\n" for i in range(10))

    assert understand("amount_eur,x,is_fraud\n" + rows).currency == "€"
    assert understand("amount,currency,is_fraud\n" + rows).currency == "£"


def test_a_file_over_the_limit_is_not_kept(data_folder, change) -> None:
    change(upload_limit_mb=1)

    with pytest.raises(FileRefused, match="larger than 1 MiB"):
        uploads.keep(io.BytesIO(b"x" * 3_000_000), uploads.silent)
    assert list((data_folder / "uploads").iterdir()) == []


def test_an_upload_cut_off_an_hour_ago_is_swept(data_folder) -> None:
    old, fresh = (uploads.keep(io.BytesIO(b"a"), uploads.silent).folder for _ in range(2))
    os.utime(old, (0, 0))

    new = uploads.keep(io.BytesIO(b"a"), uploads.silent).folder

    assert set((data_folder / "uploads").iterdir()) == {fresh, new}


def test_an_upload_cut_off_in_the_middle_leaves_no_dataset(house) -> None:
    class CutOff(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 0:
                raise OSError("connection lost")
            return super().read(10)

    with pytest.raises(OSError, match="connection lost"):
        imports.receive(CutOff(GOOD.encode()), "t.csv")
    assert datasets.list_all() == []
