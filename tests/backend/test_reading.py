"""Files that are odd, broken or no table at all: read in full, refused with a way out, or asked."""

import hashlib
import io
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from backend import uploads
from backend.errors import FileRefused, QuestionAsked
from backend.reading import ReadingOrder, ReadingTold, Understanding, understand
from backend.steps.folder import rejects_table, text_table
from backend.steps.recipe import Fix, Kind, header_key

HEADER = "id,amount,is_fraud\n"
ROWS = "".join(f"a{i},{i}.5,{i % 2}\n" for i in range(40))
GOOD = HEADER + ROWS
OPEN_QUOTE = HEADER + ROWS[:100].rsplit("\n", 1)[0] + '\nz,"4,1\n' + ROWS

REFUSED = {
    "empty": (b"", "The file is empty"),
    "blank lines only": (b"\n\n", "The file is empty"),
    "header only": (HEADER, "a header but no rows"),
    "one column": ("abc\n1\n2\n", "Only one column"),
    "same header twice": ("id,id,amount\n1,2,3\n", 'Columns 1 and 2 of line 1 have one name, "id"'),
    "same header but for case": ("id,amount,Amount \n1,2,3\n", '"amount" and "Amount"'),
    "nameless column": ("id,,amount\n1,2,3\n", "Column 2 of line 1 has no name"),
    "a name we use": ("_row,amount\n1,2\n", 'named "_row", which we use'),
    "too many columns": (",".join(f"c{i}" for i in range(2001)) + "\n", "2,001 columns"),
    "quote never closed": (OPEN_QUOTE, "opened in line 12 is not closed"),
    "many short rows": (GOOD + "a\n" * 10, r"10 rows \(20%\) .* line 42 has too few columns"),
    "many other bytes": (GOOD.encode() + b"caf\x81,1,1\n" * 9, "line 42 is not UTF-8 text"),
    "other bytes on top": (GOOD.encode().replace(b"id", b"\x81", 1), "Line 1 is not UTF-8"),
    "NUL byte": (GOOD + "a\0b,1,1\n", "Line 42 holds a NUL byte"),
    "broken UTF-16": (b"\xff\xfe" + GOOD.encode("utf-16-le") + b"\0", "Line 42 is not UTF-16 text"),
    "cell of 40 KB": (GOOD + "a,1," + "1" * 40_000 + "\n", 'Column "is_fraud", line 42: a cell is'),
    "cell of 3 MB": (GOOD + "x" * 3_000_000 + ",1,1\n", 'Column "id", line 42: a cell is longer'),
    "cell of 35 MB": (GOOD + "x" * 35_000_000 + ",1,1\n" + ROWS, 'Column "id", line 42: a cell is'),
    "quote that swallows much": (HEADER + ROWS + 'z,"4,1\n' + ROWS * 400, "opened in line 42"),
    "no line end in a megabyte": ("x," * 600_000, "Line 1 is longer than 1 MB"),
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
    "other bytes in one row": (GOOD.encode() + b"caf\x81,1,\xe9\n", 40, 1),
    "broken bytes beside UTF-8": (GOOD.replace("a1,", "é,").encode() + b"caf\xe9,1,1\n", 40, 1),
    "a comment and a total": (GOOD + "# all\n" + "Total,820\n", 40, 2),
    "delimiters and nothing else": (GOOD.replace("a39,39.5,1", ",,1"), 40, 0),
    "headers that look like SQL": (GOOD.replace("id", 'id"; DROP TABLE x', 1), 40, 0),
}
WESTERN = Fix(Kind.ENCODING, "", "windows-1252")
NO_HEADER = Fix(Kind.HEADER, "", "none")


@pytest.fixture
def read(tmp_path: Path):
    """Return a function that reads a file given as text or bytes, in this process."""

    def read(given: str | bytes, **order: Any) -> Understanding:
        data = given.encode() if isinstance(given, str) else given
        origin = uploads.remember(io.BytesIO(data), 1 << 30)
        keys = tmp_path / "keys" / "ring.json"
        try:
            asked = ReadingOrder(origin, tmp_path / "draft", "table", keys, **order)
            return understand(asked, lambda _news: None)
        finally:
            origin.close()

    return read


@pytest.fixture
def rejects(tmp_path: Path):
    """Return a function that gives the rejected rows of the file read last."""
    return lambda: pq.read_table(rejects_table(tmp_path / "draft")).to_pylist()


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_what_is_wrong(read, case: str) -> None:
    given, says = REFUSED[case]
    with pytest.raises(FileRefused, match=says):
        read(given)


@pytest.mark.parametrize("case", READ)
def test_read_with_every_row_accounted_for(read, rejects, case: str) -> None:
    given, rows, rejected = READ[case]

    found = read(given)

    assert (found.readable, found.rejected) == (rows, rejected)
    assert found.summary.rows == rows
    assert found.summary.frauds == 20
    assert len(rejects()) == rejected


def test_rejected_rows_are_kept_with_line_reason_and_text(read, rejects) -> None:
    bad = 'short,1\nlo,1,1,9\n\n"x"y,1,1\n\x81é,1,1\n'.encode("latin-1")
    found = read(b"\n" + HEADER.encode() + b'"a\nb",1,1\n' + ROWS.encode() * 3 + bad)

    kept = rejects()
    assert [(row["line"], row["reason"]) for row in kept] == [
        (125, "short"), (126, "long"), (128, "quote"), (129, "encoding"),
    ]  # fmt: skip
    assert [row["text"] for row in kept][:3] == ["short,1", "lo,1,1,9", '"x"y,1,1']
    assert {row["column"] for row in kept} == {None}
    assert found.blank_lines == 2


def test_a_row_that_breaks_two_rules_counts_once(read, rejects) -> None:
    assert read(GOOD.encode() + b"x\x81,\x81\n").rejected == 1
    assert [row["reason"] for row in rejects()] == ["encoding"]


def test_rejected_rows_hide_cards_and_where_secrets_stand_everything(read, rejects) -> None:
    read(GOOD + "a,4111111111111111\n")
    assert rejects()[0]["text"] == "a,•••"

    read(GOOD.replace("id", "cvv", 1) + "123,Bo\n")
    assert rejects()[0]["text"] == "•••,••"


@pytest.mark.slow
def test_columns_up_to_two_thousand_are_read(read) -> None:
    wide = [",".join(f"c{i}" for i in range(2_000)), *[",".join(["7"] * 2_000)] * 3]

    assert len(read("\n".join(wide)).columns) == 2_000


def test_how_the_file_was_written_is_told(read) -> None:
    found = read("\ufeff" + GOOD.replace(",", ";").replace("\n", "\r\n"))

    assert found.read_as == {
        "encoding": "utf-8 with BOM", "delimiter": ";", "line_ends": "CRLF", "header": True,
        "remarks": 0,
    }  # fmt: skip


def test_hash_and_size_are_of_the_bytes_as_given(read) -> None:
    given = ("\ufeff" + GOOD.replace("\n", "\r\n")).encode("utf-16-le")

    found = read(given)

    assert found.bytes == len(given)
    assert found.content_hash == hashlib.sha256(given).hexdigest()


def test_more_bytes_than_allowed_are_refused(read) -> None:
    with pytest.raises(FileRefused, match="larger than 1 MB"):
        read(HEADER + ROWS * 5_000, limit_bytes=1 << 20)


def test_a_long_file_whose_rows_do_not_fit_is_refused_by_its_beginning(read) -> None:
    with pytest.raises(FileRefused, match="Line 2 does not have the 4 columns of the first line"):
        read(HEADER.replace("\n", ",extra\n") + ROWS * 5_000)


def test_what_is_not_utf8_asks_whether_it_is_windows_1252(read) -> None:
    given = GOOD.encode() + "café,1,1\nmüller,2,0\n€,3,1\n".encode("cp1252")

    with pytest.raises(QuestionAsked) as asked:
        read(given)

    yes, no = asked.value.question.options
    assert (asked.value.question.key, yes.fixes, no.fixes) == ("encoding", (WESTERN,), ())
    assert yes.examples == ("…afé…", "…müll…", "…€…")
    found = read(given, fixes=(WESTERN,))
    assert (found.readable, found.rejected) == (43, 0)
    assert found.read_as["encoding"] == "windows-1252"
    assert found.fixes == (WESTERN,)


def test_a_header_that_is_not_utf8_asks_too(read) -> None:
    with pytest.raises(QuestionAsked):
        read(GOOD.replace("id", "é", 1).encode("cp1252") + ROWS.encode() * 4_000)


def test_windows_1252_does_not_read_everything(read) -> None:
    with pytest.raises(FileRefused, match="Line 42 is not WINDOWS-1252 text"):
        read(GOOD.encode() + b"caf\x81,1,1\n", fixes=(WESTERN,))


def test_a_first_line_of_values_asks_whether_there_is_a_header(read, tmp_path: Path) -> None:
    with pytest.raises(QuestionAsked) as asked:
        read(ROWS.replace("a", "1"))

    yes, no = asked.value.question.options
    assert (asked.value.question.key, yes.fixes, no.fixes) == ("header", (NO_HEADER,), ())
    assert yes.examples == ("col_1: 1•••", "col_2: 0•••", "col_3: 0•••")  # masked: no name is known
    found = read(ROWS.replace("a", "1"), fixes=(NO_HEADER,))
    assert found.readable == 40
    assert [column.name for column in found.columns] == ["col_1", "col_2", "col_3"]
    first = pq.read_table(text_table(tmp_path / "draft")).slice(0, 1).to_pylist()[0]
    assert list(first.values()) == ["10", "0.5", "0"]


def test_what_was_answered_for_one_file_answers_for_the_next(read) -> None:
    western = GOOD.encode() + "café,1,1\n".encode("cp1252")
    known = {header_key(["id", "amount", "is_fraud"]): (WESTERN,)}

    assert read(western, recipes=known).fixes == (WESTERN,)
    assert read(GOOD, recipes=known).fixes == ()  # this one is UTF-8
    both = {header_key(["col_1", "col_2", "col_3"]): (NO_HEADER, WESTERN)}
    assert read("1,2,é\n3,4,5\n".encode("cp1252"), recipes=both).readable == 2


def test_roles_chosen_for_one_file_are_chosen_for_the_next(read) -> None:
    chosen = Fix(Kind.ROLE, "amount", "ignore")
    known = {header_key(["id", "amount", "is_fraud"]): (chosen,)}

    found = read(GOOD, recipes=known)

    assert found.fixes == (chosen,)
    assert found.columns[1].role == "ignore"


@pytest.mark.parametrize(
    ("amounts", "currency"),
    [(["$12.50", "$-3.00"], "$"), (["12,50 €", "3,00 €"], "€"), (["12.50", "3.00"], "")],
)
def test_currency_comes_from_the_amounts(read, amounts: list[str], currency: str) -> None:
    rows = "".join(f"{amounts[i % 2]};{i % 2}\n" for i in range(10))

    assert read("amount;is_fraud\n" + rows).currency == currency


def test_currency_comes_from_header_or_column(read) -> None:
    rows = "".join(f"{i}.5,GBP,{i % 2}\n" for i in range(10))

    assert read("amount_eur,x,is_fraud\n" + rows).currency == "€"
    assert read("amount,currency,is_fraud\n" + rows).currency == "£"


def test_nothing_is_written_before_the_firewall(read, tmp_path: Path) -> None:
    read("card_number,cvv,is_fraud\n" + "4111111111111111,123,0\n" * 5)

    written = b"".join(path.read_bytes() for path in (tmp_path / "draft").iterdir())
    assert b"4111111111111111" not in written
    assert sorted(path.name for path in (tmp_path / "draft").iterdir()) == [
        "lines.npy", "rejects.parquet", "text.parquet",
    ]  # fmt: skip


def test_progress_tells_how_far_it_is(tmp_path: Path) -> None:
    told: list[ReadingTold] = []
    origin = uploads.remember(io.BytesIO(GOOD.encode()), 1 << 20)

    order = ReadingOrder(origin, tmp_path / "d", "table", tmp_path / "k" / "ring.json")
    understand(order, told.append)
    origin.close()

    assert [news.share for news in told] == sorted(news.share for news in told)
    assert (told[-1].rows, told[-1].rejected) == (40, 0)
    assert told[-1].bytes_done == told[-1].bytes_total == len(GOOD)
