"""The line of a row is the line an editor shows, whatever stands between the rows."""

from pathlib import Path

import pytest

from backend.steps.layout import read_layout
from backend.steps.lines import find_lines, stored

REGULAR = "id,amount\na,1\nb,2\nc,3\n"
SHAPES = {
    "one row per line": (REGULAR, [2, 3, 4]),
    "no line end at the end": (REGULAR[:-1], [2, 3, 4]),
    "blank lines on top and between": ("\n\nid,amount\n\na,1\n\nb,2\nc,3\n", [5, 7, 8]),
    "a line end in a cell": ('id,amount\n"a\nx",1\nb,2\nc,3\n', [2, 4, 5]),
    "a short row between": ("id,amount\na,1\nshort\nb,2\nc,3\n", [2, 4, 5]),
    "a stray quote between": ('id,amount\na,1\n"x"y,9\nb,2\nc,3\n', [2, 4, 5]),
    "foreign bytes between": (b"id,amount\na,1\ncaf\xe9,9\nb,2\nc,3\n", [2, 4, 5]),
    "carriage returns alone": (REGULAR.replace("\n", "\r"), [2, 3, 4]),
    "carriage returns": (REGULAR.replace("\n", "\r\n"), [2, 3, 4]),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_line_of_each_row(tmp_path: Path, shape: str) -> None:
    given, expected = SHAPES[shape]
    path = tmp_path / "file.csv"
    path.write_bytes(given if isinstance(given, bytes) else given.encode())
    found = find_lines(path, read_layout(path), rows=3)
    found.write(tmp_path / "lines.npy")
    assert [stored(tmp_path / "lines.npy").of(row) for row in range(3)] == expected
