"""At which line of its file each row starts, known without keeping the file.

Most files have one row per line, and counting lines is enough. Rows that were turned away,
blank lines and line ends inside cells shift the rest. In the end every line of the file must be
accounted for: a reader that lost its way on a very odd file is found out here.
"""

import csv
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backend.steps.layout import Layout

LONGEST_LINE = 8_000_000  # bytes taken together while looking for the end of a line
LINE_FEED = ord("\n")

Numbers = NDArray[np.int64]
Reopen = Callable[[], Iterable[bytes]]  # the file from the start, UTF-8 with line feeds


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


@dataclass(frozen=True)
class Tall:
    """Rows over several lines: (n,) their places, ascending, and how many line ends they hold."""

    places: Numbers
    extra: Numbers


@dataclass(frozen=True)
class Rejected:
    """Rows turned away, in file order, (n,): the lines they would start at if every row before
    had one line, and how many line ends they hold."""

    lines: Numbers
    extra: Numbers


@dataclass(frozen=True)
class Places:
    """Where everything in a file stands."""

    rows: Lines  # of the readable rows
    rejected: Numbers  # (n,) lines of the rejected rows, ascending
    blank: int  # lines without anything


def stored(path: Path) -> Lines:
    """Return the lines that `Lines.write` stored."""
    rows, lines = np.load(path)
    return Lines(rows, lines)


def find(
    reopen: Reopen, layout: Layout, total: int, rows: int, tall: Tall, rejected: Rejected
) -> Places | None:
    """Return where the `rows` readable rows of a CSV of `total` lines stand, and the others.

    None where the lines do not add up: then rows were lost, or cells swallowed rows.
    """
    first, count = layout.first_line, len(rejected.lines)
    missing = total - first + 1 - rows - count - int(tall.extra.sum() + rejected.extra.sum())
    if missing < 0:
        return None
    blank = _blank(reopen(), first) if missing else np.empty(0, dtype=np.int64)
    if len(tall.places) or rejected.extra.any():
        return _walked(layout, total, rows, tall, rejected, blank)
    if len(blank) != missing:
        return None
    lines = rejected.lines + layout.tall - 1 if layout.named else rejected.lines
    taken = np.sort(np.concatenate([lines, blank]))
    return Places(_between(first, taken), lines, layout.skip - layout.remarks + missing)


def line_at(chunks: Iterable[bytes], position: int) -> int:
    """Return the 1-based line in which a byte (0-based) of these chunks stands."""
    line = 1
    for chunk in chunks:
        line += chunk.count(b"\n", 0, max(0, position))
        position -= len(chunk)
        if position < 0:
            break
    return line


def find_long(chunks: Iterable[bytes], layout: Layout, longest: int) -> tuple[int, int, str] | None:
    """Return (line, column position, cell) of the first cell over so many characters.

    Of an endless cell the beginning is returned; None where no cell is as long.
    """
    seen: list[str] = []

    def remembered() -> Iterator[str]:
        for line in _texts(chunks):
            seen.append(line)
            yield line

    csv.field_size_limit(longest)
    reader = csv.reader(remembered(), delimiter=layout.delimiter, strict=True)
    while True:
        seen.clear()
        line = reader.line_num + 1
        try:
            next(reader)
        except csv.Error:
            long = _first_long(seen, layout, longest)
            if long is not None:
                return (line, *long)
        except StopIteration:
            return None


def _first_long(seen: list[str], layout: Layout, longest: int) -> tuple[int, str] | None:
    csv.field_size_limit(LONGEST_LINE * 2)
    cells = next(csv.reader(seen, delimiter=layout.delimiter))
    csv.field_size_limit(longest)
    return next(((at, cell) for at, cell in enumerate(cells) if len(cell) > longest), None)


def _between(first: int, taken: Numbers) -> Lines:
    """Return the lines of rows that fill all lines from `first` on but those that are taken."""
    ends = taken[np.append(np.diff(taken) > 1, True)] if len(taken) else taken
    before = np.searchsorted(taken, ends, side="right")
    rows, lines = ends + 1 - first - before, ends + 1
    if len(rows) == 0 or rows[0] > 0:
        rows, lines = np.append(0, rows), np.append(first, lines)
    return Lines(rows.astype(np.int64), lines.astype(np.int64))


def _blank(chunks: Iterable[bytes], first: int) -> Numbers:
    """Return the lines, from `first` on, that hold nothing at all."""
    found, line, ended = [], 1, True  # ended: what came before was a line end
    for chunk in chunks:
        feeds = np.flatnonzero(np.frombuffer(chunk, np.uint8) == LINE_FEED)
        empty = np.diff(feeds, prepend=-1 if ended else -2) == 1
        found.append(line + np.flatnonzero(empty))
        line += len(feeds)
        ended = chunk.endswith(b"\n")
    lines = np.concatenate(found) if found else np.empty(0)
    return lines[lines >= first].astype(np.int64)


def _walked(
    layout: Layout, total: int, rows: int, tall: Tall, rejected: Rejected, blank: Numbers
) -> Places | None:
    """Walk down the file from one odd thing to the next."""
    row, line = 0, layout.first_line
    single = layout.skip + (2 if layout.named else 1)  # the line if every row had one
    starts, at, lines = array("q", [0]), array("q", [line]), array("q")
    rejects = deque(zip(rejected.lines.tolist(), rejected.extra.tolist(), strict=True))
    talls = deque(zip(tall.places.tolist(), tall.extra.tolist(), strict=True))
    blanks, dropped = deque(blank.tolist()), 0
    while rejects or talls or blanks:
        to_blank = blanks[0] - line if blanks else total
        to_reject = rejects[0][0] - single if rejects else total
        to_tall = talls[0][0] - row if talls else total
        ahead = min(to_blank, to_reject, to_tall)
        row, line, single = row + ahead, line + ahead, single + ahead + 1
        if ahead == to_blank:
            blanks.popleft()
            dropped += 1
            line += 1
        elif ahead == to_reject:
            lines.append(line)
            line += 1 + rejects.popleft()[1]
        else:
            line += 1 + talls.popleft()[1]
            row += 1
        while blanks and blanks[0] < line:  # inside a cell
            blanks.popleft()
        starts.append(row)
        at.append(line)
    if line + rows - row != total + 1:
        return None
    found = Lines(_numbers(starts), _numbers(at))
    return Places(found, _numbers(lines), layout.skip - layout.remarks + dropped)


def _numbers(values: "array[int]") -> Numbers:
    return np.array(values, dtype=np.int64)


def _texts(chunks: Iterable[bytes]) -> Iterator[str]:
    """Yield line by line; a line that does not end is cut into long pieces."""
    left = b""
    for chunk in chunks:
        *whole, left = (left + chunk).split(b"\n")
        yield from (line.decode("utf-8", "replace") + "\n" for line in whole)
        if len(left) > LONGEST_LINE:
            yield left.decode("utf-8", "replace")
            left = b""
    if left:
        yield left.decode("utf-8", "replace")
