"""Made-up cards, names and dates that must never be found again, and the search for them."""

import csv
import io
import random
import re
import subprocess
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from backend.steps import cards
from tests import folders

ISSUED = (("4", 16), ("4", 13), ("4", 19), ("51", 16), ("2221", 16), ("37", 15), ("6011", 16),
          ("3528", 16), ("36", 14), ("62", 19), ("50", 16))  # fmt: skip
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
MARK = "Quirkzelda"  # begins every made-up name, PIN block and stripe; longer than chance
BORN = re.compile(r"187\d-\d\d-\d\d")  # nothing else here is of that century
BETWEEN = re.compile(r"(?<=\d)[ ./_\u00a0\u2013\n-]+(?=\d)")
MANY = re.compile(r"\d(?:[\W_]*+\d){12,}")  # digits of any script; all else is passed over fast
MARKS = re.compile(MARK + r"\w+", re.IGNORECASE)
FOREIGN = re.compile(r"(?![0-9])\d")
HEADER = ("booked_at", "card", "merchant", "amount", "note", "first", "last", "dob", "cvv",
          "pin block", "is_fraud")  # fmt: skip


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

WAYS = [*WRITTEN, "under a line", "on a stripe"]


def transactions(count: int, canaries: list[str]) -> list[list[str]]:
    """Return rows below `HEADER`, each telling one of the card numbers in one of the ways."""
    draw = random.Random(9)
    return [_transaction(draw, at, canaries[at % len(canaries)]) for at in range(count)]


def _transaction(draw: random.Random, at: int, number: str) -> list[str]:
    fraud, way = draw.random() < 0.15, WAYS[at % len(WAYS)]
    card, note, merchant = f"C{at % 60}", f"bought {at} things and went home", f"shop {at % 20}"
    if way == "on a stripe":
        note = f"%B{number}^{MARK}bell/ann^2512101{at}{MARK}?"
    elif way == "under a line":
        note = f"first line\n{number}\nlast line"
    elif at % 3 == 0 or way in ("in a sentence", "beside a date"):
        note = f"this was {WRITTEN[way](number)}"
    elif at % 3 == 1:
        merchant = WRITTEN[way](number)
    else:
        card = WRITTEN[way](number)
    amount = draw.lognormvariate(3, 0.8) * (8 if fraud else 1)
    names = (f"{MARK}ann{at}", f"{MARK}bell{at}", f"187{at % 10}-0{1 + at % 9}-11")
    when = f"2024-0{1 + at * 6 // 1_400}-{1 + at % 28:02} {draw.randrange(24):02}:00:00"
    secret = (f"{draw.randrange(1_000):03}", f"{MARK}pin{at}")
    return [when, card, merchant, f"{amount:.2f}", note, *names, *secret, str(int(fraud))]


def written(rows: list[list[str]], header: tuple[str, ...] = HEADER) -> str:
    """Return a CSV."""
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerows([header, *rows])
    return file.getvalue()


def leaks(folder: Path, wanted: set[str], since: float = 0.0) -> list[tuple[str, list[str]]]:
    """Return (file, what it tells) for every file of a folder that tells something.

    Files that were not written to since an instant, in seconds since 1970, are passed over.
    """
    told = ((path, found_in(text, wanted)) for path, text in texts_under(folder, since))
    return [(str(path.relative_to(folder)), found[:3]) for path, found in told if found]


def found_in(text: str, wanted: set[str]) -> list[str]:
    """Return what of the canaries a text still tells, however it spells them."""
    plain = unicodedata.normalize("NFKC", "x".join(set(MANY.findall(text))))
    flat = FOREIGN.sub(lambda found: str(unicodedata.digit(found.group())), plain)
    digits = BETWEEN.sub("", flat)
    told = sorted(number for number in wanted if number in digits)
    return [*told, *MARKS.findall(text), *BORN.findall(text)]


def texts_under(folder: Path, since: float = 0.0) -> Iterator[tuple[Path, str]]:
    """Yield (file, text) of all that lies in a folder, compressed formats opened.

    Of a file that goes meanwhile, or was never finished, only what there is.
    """
    for path in folders.matching(folder):
        with suppress(FileNotFoundError, pa.ArrowInvalid):
            if path.is_file() and path.stat().st_mtime >= since:
                yield from _texts(path)


def _texts(path: Path) -> Iterator[tuple[Path, str]]:
    stored = _content(path)
    yield path, stored.decode("utf-8", errors="replace")
    if path.suffix == ".parquet":
        for column in pq.read_table(io.BytesIO(stored)).to_pydict().values():
            yield path, "\n".join("" if cell is None else str(cell) for cell in column)
    elif zipfile.is_zipfile(io.BytesIO(stored)):
        with zipfile.ZipFile(io.BytesIO(stored)) as packed:
            for name in packed.namelist():
                yield path / name, packed.read(name).decode("utf-8", errors="replace")


def _content(path: Path) -> bytes:
    """Return what a file holds; what SQLite's files hold is read by another process.

    Closing them in this one would give back the locks of its open connections, and whoever opens
    the database next takes the memory they share away (https://sqlite.org/howtocorrupt.html).
    """
    if path.name.startswith("touchstone.db"):
        return subprocess.run(["cat", path], capture_output=True, check=False).stdout
    return path.read_bytes()
