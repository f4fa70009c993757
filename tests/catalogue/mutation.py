"""Files spoilt at random, from seeds the catalogue names, read one after another in a child."""

import io
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from backend.errors import TouchstoneError
from backend.reading import ReadingOrder, understand
from backend.steps import cards
from backend.uploads import remember
from tests.catalogue.seeds import SEEDS

LIMIT = 100_000_000
LONGEST = 5.0  # seconds of the processor for one file, measured at under 1
ODD = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b'""', b"\r", b"\n", b"\r\n", b",", b";", b"\t",
    b"\xc3", b"\xe2\x80\xae", b"4242 4242 4242 4242", b"NaN", b"1e309", b"9" * 400, b'"' * 99,
    b"," * 3_000, b"\n" * 500, b"81e3104049863b72", b"' OR 1=1 --", b"\xd9\xa4" * 19, b"v1:",
)  # fmt: skip


def mutate(draw: random.Random, seed: bytes) -> bytes:
    """Return a seed with bits flipped, parts cut out, doubled, swapped or mixed with another."""
    data = bytearray(seed)
    for _ in range(draw.randint(1, 8)):
        at, end = sorted(draw.randrange(len(data) + 1) for _ in range(2))
        way = draw.randrange(7)
        if way == 0 and data:
            data[min(at, len(data) - 1)] ^= 1 << draw.randrange(8)
        elif way == 1:
            del data[at:]
        elif way == 2:
            del data[at : min(end, at + 200)]
        elif way == 3:
            data[at:at] = draw.choice(ODD)
        elif way == 4:
            other = draw.choice(SEEDS)
            data[at:] = other[draw.randrange(len(other) + 1) :]
        elif way == 5:
            data[at:at] = data[at : min(end, at + 5_000)]
        else:
            data[at : at + 1] = bytes([draw.randrange(256)])
    return bytes(data)


def read_many(folder: str, first: int, files: int, tell: Callable[[int], None]) -> list[str]:
    """Read so many mutated files, numbered from the first; return which broke the reader.

    Whatever is no TouchstoneError breaks it, and so does a file that takes long. `tell` is
    called once a file, so that who listens knows at which one this process ended.
    """
    broken: list[str] = []
    for number in range(first, first + files):
        began, draw = time.process_time(), random.Random(number)
        data = mutate(draw, draw.choice(SEEDS))
        tell(number)
        try:
            cards.find(data.decode("utf-8", errors="replace"))
            _read(Path(folder), data)
        except TouchstoneError:
            pass
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            broken.append(f"file {number}: {type(error).__name__}: {error}"[:400])
        if (took := time.process_time() - began) > LONGEST:
            broken.append(f"file {number}: {took:.1f} s of the processor")
    return broken


def _read(folder: Path, data: bytes) -> None:
    origin = remember(io.BytesIO(data), LIMIT, "spoilt.csv")
    try:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            order = ReadingOrder(origin, Path(place), "table", folder / "ring.json")
            understand(order, lambda _told: None)
    finally:
        origin.close()
