"""How a CSV is laid out: its delimiter, its header, and where the header stands."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from backend.errors import FileRefused
from backend.steps import cards
from backend.steps.intake import SAVE_AS

SAMPLE = 1 << 20  # bytes looked at to find the delimiter
SAMPLE_RECORDS = 50
MOST_COLUMNS = 2000
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
INDEX_HEADER = "Unnamed: 0"  # the name pandas gives a nameless first column, its row index
RESERVED = ("_row", "_label", "_amount", "_time", "_entity", "_counterparty")
NUMBER = re.compile(r"[-+]?\d[\d.,]*([eE][-+]?\d+)?")


@dataclass(frozen=True)
class Layout:
    delimiter: str
    headers: tuple[str, ...]  # trimmed, in file order
    skip: int  # blank lines above the header


def fold(name: str) -> str:
    """Return a header without case, spaces and punctuation: "Is Fraud?" gives "isfraud"."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in folded if character.isalnum())


def read_layout(path: Path) -> Layout:
    """Find the delimiter and the header of a UTF-8 CSV.

    Raises FileRefused when there is one column only, when the first line holds values, and
    for headers that are blank (but for a row index in front), repeated, reserved or too many.
    """
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
        cut = bool(file.read(1))
    text = _decoded(sample, cut)
    body = text.lstrip("\r\n")
    skip = len(text[: len(text) - len(body)].splitlines())
    delimiter = max(DELIMITERS, key=lambda candidate: _fit(body, candidate))
    headers = next(_records(body, delimiter), [])
    if len(headers) < 2:
        names = "commas, semicolons, tabs or bars"
        raise FileRefused(f"Only one column was found. Separate columns by {names}.")
    return Layout(delimiter, _checked(headers), skip)


def _decoded(sample: bytes, cut: bool) -> str:
    if cut:  # the last line is not whole
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    header = re.split(rb"[\r\n]", sample.lstrip(b"\r\n"), maxsplit=1)[0]
    try:
        header.decode("utf-8")
    except UnicodeDecodeError:
        raise FileRefused(f"Line 1 is not UTF-8 text. {SAVE_AS}") from None
    return sample.decode("utf-8-sig", errors="replace")


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from (record for record in islice(reader, SAMPLE_RECORDS) if record)
    except csv.Error:  # a cell too long for a look at the sample; the reader proper will say
        return


def _fit(text: str, delimiter: str) -> tuple[float, int]:
    """Return (share of records as wide as the header, columns); a single column fits worst."""
    widths = [len(record) for record in _records(text, delimiter)]
    if not widths or widths[0] < 2:
        return 0.0, 0
    return widths.count(widths[0]) / len(widths), widths[0]


def _checked(headers: list[str]) -> tuple[str, ...]:
    names = [cards.replace(header.strip(), lambda _digits: cards.HIDDEN) for header in headers]
    if len(names) > MOST_COLUMNS:
        raise FileRefused(
            f"The file has {len(names):,} columns; at most {MOST_COLUMNS:,} are read."
        )
    if sum(NUMBER.fullmatch(name) is not None for name in names) * 2 > len(names):
        raise FileRefused(
            "The first line holds values, not column names. Add a line with names on top."
        )
    if not names[0]:
        names[0] = INDEX_HEADER
    _refuse_nameless(names)
    return tuple(names)


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
