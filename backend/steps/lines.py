"""At which line of its file a row starts, known without keeping the file."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backend.steps.intake import CHUNK
from backend.steps.layout import Layout

LONGEST_CELL = 2_000_000  # characters
NOT_UTF8 = re.compile("[\udc80-\udcff]")  # how Python escapes a byte that is no UTF-8

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Lines:
    """Rows whose line does not follow from the row before: (n,) rows ascending, their lines."""

    rows: Numbers
    lines: Numbers

    def of(self, row: int) -> int:
        """Return the 1-based line at which a data row (0-based, among readable rows) starts."""
        place = int(np.searchsorted(self.rows, row, side="right")) - 1
        return int(self.lines[place] + row - self.rows[place])

    def write(self, path: Path) -> None:
        """Store the lines beside the rows they belong to."""
        np.save(path, np.stack([self.rows, self.lines]))


def stored(path: Path) -> Lines:
    """Return the lines that `Lines.write` stored."""
    rows, lines = np.load(path)
    return Lines(rows, lines)


def find_lines(path: Path, layout: Layout, rows: int) -> Lines:
    """Return where each of the readable rows of a UTF-8 CSV starts.

    A file with one row per line needs no second reading: its lines are only counted.
    """
    regular = layout.skip + 2  # the header stands between the blank lines and row 0
    if _count(path) == layout.skip + 1 + rows:
        return Lines(np.array([0]), np.array([regular]))
    found = _irregular(path, layout)
    return Lines(np.array([row for row, _ in found]), np.array([line for _, line in found]))


def _count(path: Path) -> int:
    """Return the number of lines, a last one without an end included."""
    count, last = 0, b"\n"
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            count += chunk.count(b"\n")
            last = chunk[-1:]
    return count + (last != b"\n")


def _irregular(path: Path, layout: Layout) -> list[tuple[int, int]]:
    found = [(0, layout.skip + 2)]
    start, row = 1, -1  # the header comes before row 0
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        reader = csv.reader(file, delimiter=layout.delimiter, strict=True)
        for record in _readable(reader):
            if len(record) == len(layout.headers):
                at, since = found[-1]
                if row >= 0 and start != since + row - at:
                    found.append((row, start))
                row += 1
            start = reader.line_num + 1
    return found


def _readable(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """Yield every record, empty where the CSV engine turns it away too."""
    csv.field_size_limit(LONGEST_CELL)
    while True:
        try:
            record = next(reader)
        except csv.Error:
            record = []
        except StopIteration:
            return
        yield [] if any(NOT_UTF8.search(cell) for cell in record) else record
