"""The line of a row is the line an editor shows, whatever stands between the rows."""

import io
from pathlib import Path

import pytest

from backend.steps.firewall import Firewall
from backend.steps.folder import LINES
from backend.steps.lines import stored
from backend.steps.opening import Opening
from backend.steps.rows import Rows

REGULAR = "id,amount\na,1\nb,2\nc,3\n"
MANY = "".join(f"d{i},{i}\n" for i in range(60))  # so that a bad row is one of few
SHAPES = {
    "one row per line": (REGULAR, [2, 3, 4]),
    "no line end at the end": (REGULAR[:-1], [2, 3, 4]),
    "blank lines on top and between": ("\n\nid,amount\n\na,1\n\nb,2\nc,3\n", [5, 7, 8]),
    "a line end in a cell": ('id,amount\n"a\nx",1\nb,2\nc,3\n', [2, 4, 5]),
    "blank lines in a cell and after": ('id,amount\n"a\n\n\nx",1\n\nb,2\nc,3\n', [2, 7, 8]),
    "a line end in the header": ('id,"amount\nin €"\na,1\nb,2\nc,3\n', [3, 4, 5]),
    "a short row between": ("id,amount\na,1\nshort\nb,2\nc,3\n", [2, 4, 5]),
    "a tall short row between": ('id,amount\na,1\n"sh\n\nort"\nb,2\nc,3\n', [2, 6, 7]),
    "short, blank and tall": ('id,amount\nx\n"a\n\n",1\n\ny\nb,2\nc,3\n', [3, 8, 9]),
    "a stray quote between": ('id,amount\na,1\n"x"y,9\nb,2\nc,3\n', [2, 4, 5]),
    "foreign bytes between": (b"id,amount\na,1\n\x81\xe9,9\nb,2\nc,3\n", [2, 4, 5]),
    "carriage returns alone": (REGULAR.replace("\n", "\r"), [2, 3, 4]),
    "carriage returns": (REGULAR.replace("\n", "\r\n"), [2, 3, 4]),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_line_of_each_row(tmp_path: Path, shape: str) -> None:
    given, expected = SHAPES[shape]
    data = given if isinstance(given, bytes) else given.encode()
    end = b"" if data.endswith((b"\n", b"\r")) else b"\n"
    opening = Opening(lambda: io.BytesIO(data + end + MANY.encode()))

    rows = Rows(opening, Firewall(opening.layout.headers, str))
    rows.write(tmp_path)

    found = stored(tmp_path / LINES)
    assert [found.of(row) for row in range(3)] == expected
    assert found.of(3) == expected[2] + 1
    assert found.of(rows.readable - 1) == expected[2] + 60
