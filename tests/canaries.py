"""Made-up cards, names and dates that must never be found again, and the search for them."""

import io
import random
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from backend.steps import cards

ISSUED = (("4", 16), ("4", 13), ("4", 19), ("51", 16), ("2221", 16), ("37", 15), ("6011", 16),
          ("3528", 16), ("36", 14), ("62", 19), ("50", 16))  # fmt: skip
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
MARK = "Quirkzelda"  # begins every made-up name, PIN block and stripe; longer than chance
BORN = re.compile(r"187\d-\d\d-\d\d")  # nothing else here is of that century
BETWEEN = re.compile(r"(?<=\d)[ ./_\u00a0\u2013\n-]+(?=\d)")
LONG = re.compile(r"\d{13,}")
FOREIGN = re.compile(r"(?![0-9])\d")


def made(draw: random.Random, prefix: str, length: int) -> str:
    """Return a number with this beginning and length whose check digit holds."""
    body = prefix + "".join(draw.choices("0123456789", k=length - len(prefix) - 1))
    return next(body + last for last in "0123456789" if cards.luhn_holds(body + last))


def numbers(count: int, seed: int = 3) -> list[str]:
    """Return made-up card numbers of many issuers, all different."""
    draw = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        found[made(draw, *draw.choice(ISSUED))] = None
    return list(found)


def grouped(number: str, between: str) -> str:
    """Return a number in groups of four."""
    return between.join(number[at : at + 4] for at in range(0, len(number), 4))


WRITTEN = {
    "plain": str,
    "spaces": lambda number: grouped(number, " "),
    "dashes": lambda number: grouped(number, "-"),
    "dots": lambda number: grouped(number, "."),
    "no-break spaces": lambda number: grouped(number, "\u00a0"),
    "en dashes": lambda number: grouped(number, "–"),
    "full width": lambda number: number.translate(FULL_WIDTH),
    "Arabic-Indic": lambda number: number.translate(ARABIC),
    "in a sentence": lambda number: f"paid with {number} today",
    "after a key": lambda number: f"card:{grouped(number, ' ')};ref 77",
    "between letters": lambda number: f"card{number}x",
    "beside a date": lambda number: f"order 12 {grouped(number, '-')} 2024-01-01 10:00:00",
}


def found_in(text: str, wanted: set[str]) -> list[str]:
    """Return what of the canaries a text still tells, however it spells them."""
    plain = unicodedata.normalize("NFKC", text)
    flat = FOREIGN.sub(lambda found: str(unicodedata.digit(found.group())), plain)
    told = [run for run in LONG.findall(BETWEEN.sub("", flat)) if _holds(run, wanted)]
    marks = re.findall(MARK + r"\w+", text, re.IGNORECASE)
    return [*told, *marks, *(text[at.start() : at.end()] for at in BORN.finditer(text))]


def texts_under(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield (file, text) of all that lies in a folder, compressed formats opened."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            stored = path.read_bytes()
            yield path, stored.decode("utf-8", errors="replace")
            if path.suffix == ".parquet":
                for column in pq.read_table(path).to_pydict().values():
                    yield path, "\n".join("" if cell is None else str(cell) for cell in column)
            elif zipfile.is_zipfile(path):
                with zipfile.ZipFile(io.BytesIO(stored)) as packed:
                    for name in packed.namelist():
                        yield path / name, packed.read(name).decode("utf-8", errors="replace")


def _holds(run: str, wanted: set[str]) -> bool:
    return any(
        run[start : start + length] in wanted
        for length in range(13, 20)
        for start in range(len(run) - length + 1)
    )
