"""How a CSV is laid out: its delimiter, its header, and where the header stands."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from backend.errors import FileRefused
from backend.steps import cards
from backend.steps.intake import SAVE_AS

if TYPE_CHECKING:
    from _csv import Reader

SAMPLE = 1 << 20  # bytes looked at to find the delimiter
SAMPLE_RECORDS = 50
MOST_COLUMNS = 2000
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
INDEX_HEADER = "Unnamed: 0"  # the name pandas gives a nameless first column, its row index
UNSEEN = ("Cc", "Cf")  # categories of characters nobody sees
RESERVED = ("_row", "_label", "_amount", "_time", "_entity", "_counterparty")
VALUE = re.compile(  # a number, an amount of money, a date
    r"[-+(]?[$€£]?[-+]?\d[\d.,]*([eE][-+]?\d+)?\)?"
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T][\d:.,Z+-]+)?"
)
REMARKS = re.compile(r"(\n|#[^\n]*\n|sep=.\n)+", re.IGNORECASE)
MOMENT = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[ T]\d{1,2}:\d\d\S*")


@dataclass(frozen=True)
class Layout:
    delimiter: str
    headers: tuple[str, ...]  # trimmed, in file order
    skip: int  # lines above the header
    named: bool = True  # the first line names the columns
    tall: int = 1  # lines the header takes, 0 without one
    remarks: int = 0  # lines above the header that are not blank: comments, Excel's "sep=;"

    @property
    def first_line(self) -> int:
        """The 1-based line in which the first row starts where no blank line is above it."""
        return self.skip + self.tall + 1


def fold(name: str) -> str:
    """Return a header without case, spaces and punctuation: "Is Fraud?" gives "isfraud"."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in folded if character.isalnum())


def by_position(count: int) -> tuple[str, ...]:
    """Return the names of columns that have none: col_1, col_2 and so on."""
    return tuple(f"col_{place}" for place in range(1, count + 1))


class NotText(FileRefused):
    """The header is not UTF-8."""


class NoHeader(FileRefused):
    """The first line holds values: `cells`."""

    def __init__(self, cells: Sequence[str]) -> None:
        super().__init__(
            "The first line holds values, not column names. Add a line with names on top."
        )
        self.cells = tuple(cells)


def read_layout(sample: bytes, is_whole: bool, named: bool = True) -> Layout:
    """Find the delimiter and the header of a CSV by its first bytes, UTF-8 with line feeds.

    Blank lines, comments and Excel's "sep=;" may stand above the header. Without a header
    (not `named`) columns are called col_1, col_2 and so on. Raises NoHeader when the first
    line holds values, FileRefused when there is one column only, and for headers that are
    blank (but for a row index in front), repeated, reserved or too many.
    """
    text = _decoded(sample, is_whole)
    above, body = _opened(text)
    skip, remarks = len(above), len([*filter(None, above)])
    delimiter = _delimiter(body)
    reader = _records(body, delimiter)
    cells = next(_some(reader), [])
    if len(cells) < 2:
        raise FileRefused(_why_single(body, skip))
    if len(cells) > MOST_COLUMNS:
        raise FileRefused(
            f"The file has {len(cells):,} columns; at most {MOST_COLUMNS:,} are read."
        )
    if not named:
        names = by_position(len(cells))
        return Layout(delimiter, names, skip, named=False, tall=0, remarks=remarks)
    if _holds_values(cells):
        raise NoHeader(cells)
    return Layout(delimiter, _checked(cells), skip, tall=reader.line_num, remarks=remarks)


def refuse_misfits(sample: bytes, layout: Layout) -> None:
    """Raise FileRefused where most rows of the beginning of a long file do not fit its header.

    Otherwise millions of broken rows would be collected before the same was said.
    """
    _, text = _opened(_decoded(sample, is_whole=False))
    reader = _records(text, layout.delimiter)
    first, misfits, seen = 0, 0, 0
    for record in _some(reader):
        seen += 1
        if len(record) < len(layout.headers) or any(record[len(layout.headers) :]):
            misfits += 1
            first = first or layout.skip + reader.line_num
    if misfits * 2 > seen:
        raise FileRefused(
            f"Line {first:,} does not have the {len(layout.headers):,} columns of the first line, "
            "and neither do most lines below it. Check the delimiter and the first line."
        )


def _why_single(body: str, skip: int) -> str:
    """Return why a first line of one cell is no header."""
    for delimiter in DELIMITERS:
        reader = _records(body, delimiter)
        starts = [(len(record), skip + reader.line_num) for record in _some(reader)]
        wide = [line for width, line in starts if width > 1]
        if 2 * len(wide) > len(starts):
            return (
                f"Line {skip + 1} holds one value only, and the table seems to begin in line "
                f"{wide[0]:,}. Remove what stands above the names of the columns."
            )
    names = "commas, semicolons, tabs or bars"
    return f"Only one column was found. Separate columns by {names}."


def _decoded(sample: bytes, is_whole: bool) -> str:
    if not is_whole:  # the last line is cut
        if b"\n" not in sample.lstrip(b"\n"):
            raise FileRefused(f"Line 1 is longer than 1 MB, so this is no table. {SAVE_AS}")
        sample = sample[: sample.rfind(b"\n") + 1]
    text = sample.decode("utf-8", errors="replace")
    above, _ = _opened(text)
    try:
        b"\n".join(sample.split(b"\n", len(above) + 1)[: len(above) + 1]).decode("utf-8")
    except UnicodeDecodeError:
        raise NotText(f"Line {len(above) + 1} is not UTF-8 text. {SAVE_AS}") from None
    return text


def _opened(text: str) -> tuple[list[str], str]:
    """Return the lines above the header, and the text from the header on.

    A line that begins with # is a comment unless it names as many columns as the lines below.
    """
    above = REMARKS.match(text)
    lines = above.group().splitlines() if above else []
    body = text[above.end() :] if above else text
    if lines and lines[-1].startswith("#") and _names_all(lines[-1], body):
        return lines[:-1], f"{lines[-1]}\n{body}"
    return lines, body


def _names_all(line: str, body: str) -> bool:
    """Tell whether a line has as many cells as the first one below it, and more than one."""
    delimiter = _delimiter(body)
    both = (next(_some(_records(text, delimiter)), []) for text in (line, body))
    named, below = (len(record) for record in both)
    return named == below > 1


def _delimiter(body: str) -> str:
    return max(DELIMITERS, key=lambda candidate: _fit(body, candidate))


def _records(text: str, delimiter: str) -> "Reader":
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _some(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from (record for record in islice(reader, SAMPLE_RECORDS) if record)
    except csv.Error:  # a cell too long for a look at the sample; the reader proper will say
        return


def _fit(text: str, delimiter: str) -> tuple[float, int]:
    """Return (share of records as wide as the header, columns); a single column fits worst."""
    widths = [len(record) for record in _some(_records(text, delimiter))]
    if not widths or widths[0] < 2:
        return 0.0, 0
    return widths.count(widths[0]) / len(widths), widths[0]


def _holds_values(cells: Sequence[str]) -> bool:
    """Tell whether most cells are values, or one is what no column is called: a date and time."""
    told = [cell.strip() for cell in cells]
    if any(MOMENT.fullmatch(cell) for cell in told):
        return True
    return sum(VALUE.fullmatch(cell) is not None for cell in told) * 2 > len(told)


def _checked(headers: list[str]) -> tuple[str, ...]:
    names = [cards.replace(_visible(header), lambda _digits: cards.HIDDEN) for header in headers]
    if not names[0]:
        names[0] = INDEX_HEADER
    _refuse_nameless(names)
    return tuple(names)


def _visible(header: str) -> str:
    """Return a header without signs that move the cursor or turn the direction of writing."""
    spaced = re.sub(r"[\t\r\n]+", " ", header)
    return "".join(sign for sign in spaced if unicodedata.category(sign) not in UNSEEN).strip()


def _refuse_nameless(names: list[str]) -> None:
    seen: dict[str, int] = {}
    for place, name in enumerate(names, start=1):
        if not name:
            raise FileRefused(f"Column {place} of line 1 has no name. Give it one, or remove it.")
        if name.lower() in RESERVED:
            raise FileRefused(f'Column {place} is named "{name}", which we use. Rename it.')
        key = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
        if key in seen:
            first = names[seen[key] - 1]
            raise FileRefused(
                f'Columns {seen[key]} and {place} of line 1 have one name, "{first}" and '
                f'"{name}". Rename one of them.'
            )
        seen[key] = place
