"""Files as a whole: empty, foreign, in other encodings, with other delimiters and line ends."""

import gzip
import io
import zipfile

import pytest

from backend import datasets, imports
from backend.import_view import ImportState
from tests.catalogue.desk import accepted, answered, aside, column, ended, question, refusal, traces
from tests.catalogue.sheets import HEADER, ROWS, changed, csv, good, table, with_lines

SAVE_AS = 'Open it in a spreadsheet, save it as "CSV UTF-8" and drop that file.'
UNPACK = "Unpack it and drop the CSV inside."
CHOOSE = "Choose a CSV of transactions."


@pytest.mark.parametrize("given", [b"", b"\n", b" \r\n\t\n", b"\xef\xbb\xbf"])
def test_c01_empty_file(house, given: bytes) -> None:
    expected = "The file is empty. Choose one with a header and rows below it."
    assert refusal(given) == expected


@pytest.mark.parametrize("given", [csv(table(0)), csv(table(0)) + "\n\n", csv(table(0)).strip()])
def test_c02_header_only(house, given: str) -> None:
    expected = "The file has a header but no rows. Choose one with transactions in it."
    assert refusal(given) == expected


def test_c03_rows_but_no_header(house) -> None:
    given = csv(table()[1:])
    asked = question(given)
    assert asked.key == "header"
    assert len(asked.options) == 2 and not asked.options[1].fixes
    done = answered(given, 0)
    assert done.state is ImportState.DONE
    found = datasets.get(done.dataset_id)
    assert (found.rows, found.quarantined) == (ROWS, 0)
    assert [one.name for one in found.columns] == [f"col_{at}" for at in range(1, 7)]


def test_c03_without_a_header_refused_by_the_analyst(house) -> None:
    given = csv(table()[1:])
    label = question(given).options[1].label
    left = answered(given, 1)
    assert left.state is ImportState.FAILED
    assert left.message == f'Nothing was kept, because you chose "{label}".'


@pytest.mark.parametrize(
    "given", [csv([["amount"], *([f"{i}.5"] for i in range(ROWS))]), good().replace(",", "~")]
)
def test_c04_one_column_only(house, given: str) -> None:
    expected = "Only one column was found. Separate columns by commas, semicolons, tabs or bars."
    assert refusal(given) == expected


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_c05_other_delimiters(house, delimiter: str) -> None:
    found = accepted(csv(table(), delimiter))
    assert found.read_as["delimiter"] == delimiter
    assert found.quarantined == 0 and found.fraud_rate == 0.25


def test_c06_byte_order_mark(house) -> None:
    found = accepted(good().encode("utf-8-sig"))
    assert found.columns[0].name == "id"
    assert found.read_as["encoding"] == "utf-8 with BOM"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_c07_utf_16_with_a_byte_order_mark(house, encoding: str) -> None:
    found = accepted(("\ufeff" + good().replace("shop 1", "Café")).encode(encoding))
    assert found.read_as["encoding"] == "utf-16"
    assert "Café" in column(found, "_counterparty")


def test_c08_windows_1252_is_asked_about(house) -> None:
    given = good().replace("shop 1", "Café Zoë").encode("windows-1252")
    asked = question(given)
    assert asked.key == "encoding"
    assert asked.options[0].examples == ("…afé…", "…Zoë…")
    done = answered(given, 0)
    assert done.state is ImportState.DONE and datasets.get(done.dataset_id).rows == ROWS
    again = ended(imports.start(io.BytesIO(given + b"\n"), "next.csv"))
    assert again.state is ImportState.DONE  # answered once for files with this header


def test_c08_windows_1252_that_the_analyst_does_not_recognise(house) -> None:
    left = answered(good().replace("shop 1", "Café Zoë").encode("windows-1252"), 1)
    assert left.message == (
        'Nothing was kept, because you chose "No, I will save it as UTF-8 and bring it again".'
    )
    assert traces() == ([], [])


def test_c08_windows_1252_behind_a_mark_that_says_utf_8(house) -> None:
    given = b"\xef\xbb\xbf" + good().replace("shop 1", "Café Zoë").encode("windows-1252")
    found = datasets.get(answered(given, 0).dataset_id)
    assert (found.rows, found.columns[0].name) == (ROWS, "id")
    assert found.read_as["encoding"] == "windows-1252"


def test_c09_one_row_that_is_not_utf_8_is_put_aside(house) -> None:
    lines = good().encode().splitlines(keepends=True)
    lines[20] = lines[20].replace(b"shop", b"sh\xff\xfe\x81op")
    found = accepted(b"".join(lines))
    assert aside(found) == [(21, "encoding", None)]


def test_c10_nul_bytes(house) -> None:
    given = good().encode().replace(b"t00011", b"t0\x000011")
    assert refusal(given) == f"Line 13 holds a NUL byte, so this is not plain text. {SAVE_AS}"


def test_c11_line_ends_mixed(house) -> None:
    lines = good().splitlines()
    ends = ["\r\n", "\n", "\r"]
    found = accepted("".join(line + ends[at % 3] for at, line in enumerate(lines)))
    assert found.read_as["line_ends"] == "mixed"
    assert found.quarantined == found.blank_lines == 0


@pytest.mark.parametrize(("end", "name"), [("\n", "LF"), ("\r\n", "CRLF"), ("\r", "CR")])
def test_c11_one_kind_of_line_end(house, end: str, name: str) -> None:
    assert accepted(csv(table(), end=end)).read_as["line_ends"] == name


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_c12_no_final_newline(house, end: str) -> None:
    assert accepted(csv(table(), end=end).removesuffix(end)).quarantined == 0


def test_c26_one_byte_over_the_upload_limit(house, change) -> None:
    change(upload_limit_mb=1)
    given = good(2).encode().ljust(1_048_577, b"\n")
    assert refusal(given) == (
        "The file is larger than 1 MiB, the most that can be dropped here. Import it by its "
        "address instead: put it in a folder or store that the Upload page lists."
    )
    assert accepted(given[:-1], rows=2).rows == 2


def packed() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


@pytest.mark.parametrize(
    ("given", "what", "way_out"),
    [
        (packed(), "an Excel workbook or a ZIP archive", SAVE_AS),
        (gzip.compress(good().encode()), "a gzip archive", UNPACK),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "a PNG picture", CHOOSE),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF document", CHOOSE),
        (b"\x7fELF\x02\x01\x01" + bytes(99), "a program", CHOOSE),
        (b"\x80\x04\x95\x0b\x00]\x94\x8c\x01a\x94a.", "a Python pickle", CHOOSE),
        (b"\x80\x05\x95\x0b\x00]\x94\x8c\x01a\x94a.", "a Python pickle", CHOOSE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "an old Excel or Word file", SAVE_AS),
        (b"PAR1" + bytes(99), "a Parquet file", "Export it as CSV and drop that file."),
    ],
)
def test_c29_another_kind_of_file_named_csv(house, given: bytes, what: str, way_out: str) -> None:
    assert refusal(given) == f"This is {what}, not a CSV. {way_out}"


@pytest.mark.parametrize("start", ["<!DOCTYPE html>\n<html>", "\n  <HTML lang='en'>", "<?xml ?>"])
def test_c30_a_sign_in_page_saved_as_csv(house, start: str) -> None:
    assert refusal(f"{start}<head><title>Sign in, please</title>") == (
        "This is a web page, not a CSV: a download may have ended at a sign-in page. "
        "Download the file again and open it once to check."
    )


def test_c31_gzip_bomb(house) -> None:
    bomb = gzip.compress(bytes(200_000_000), compresslevel=1)
    assert refusal(bomb, "bomb.csv") == f"This is a gzip archive, not a CSV. {UNPACK}"


@pytest.mark.parametrize(
    ("above", "remarks", "blank"),
    [
        ("# exported on Monday\n", 1, 0),
        ("sep=,\n", 1, 0),
        ('# she said "no\n\n# by the bank\n', 2, 1),
    ],
)
def test_c56_comments_above_the_header_are_passed_over(house, above, remarks, blank) -> None:
    found = accepted(above + with_lines("", "# a comment", at=20), rows=ROWS + 1)
    assert [one.name for one in found.columns] == list(HEADER)
    assert (found.read_as["remarks"], found.blank_lines) == (remarks, blank + 1)
    assert aside(found) == [(21 + remarks + blank, "short", None)]


def test_c56_a_header_that_begins_with_a_hash_is_a_header(house) -> None:
    found = accepted("#" + good())
    assert (found.columns[0].name, found.read_as["remarks"]) == ("#id", 0)


def test_c56_a_title_above_the_header(house) -> None:
    assert refusal("Payments of January\n\n" + good()) == (
        "Line 1 holds one value only, and the table seems to begin in line 3. Remove what stands "
        "above the names of the columns."
    )


@pytest.mark.parametrize("word", ["Total", "TOTAL:", "Grand total", "Summe", "sub-total"])
def test_c56_a_whole_row_of_totals_is_put_aside(house, word: str) -> None:
    found = accepted(good() + f"{word},,,,820.00,\n", rows=ROWS + 1)
    assert aside(found) == [(42, "total", None)]
    assert found.unlabelled == 0


def test_c56_a_shop_called_total_is_a_shop(house) -> None:
    found = accepted(changed({row: {"shop": "Total", "is_fraud": ""} for row in range(9)}))
    assert found.quarantined == 0


def test_c56_blank_lines_are_counted_and_a_totals_row_is_put_aside(house) -> None:
    found = accepted(with_lines("", "", "# a comment", at=20) + "total,41\n", rows=ROWS + 2)
    assert found.blank_lines == 2
    assert aside(found) == [(22, "short", None), (45, "short", None)]
