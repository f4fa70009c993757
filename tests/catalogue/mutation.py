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


def read_many(
    folder: str, first: int, seconds: float, tell: Callable[[int], None]
) -> tuple[int, list[str]]:
    """Read mutated files for so many seconds; return how many, and which broke the reader.

    Whatever is no TouchstoneError breaks it. `tell` is called once a file, so that who listens
    notices a file that takes long.
    """
    broken: list[str] = []
    deadline, number = time.monotonic() + seconds, first
    while time.monotonic() < deadline:
        draw = random.Random(number)
        data = mutate(draw, draw.choice(SEEDS))
        tell(number)
        try:
            cards.find(data.decode("utf-8", errors="replace"))
            _read(Path(folder), data)
        except TouchstoneError:
            pass
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            broken.append(f"file {number}: {type(error).__name__}: {error}"[:400])
        number += 1
    return number - first, broken


def _read(folder: Path, data: bytes) -> None:
    origin = remember(io.BytesIO(data), LIMIT, "spoilt.csv")
    try:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            order = ReadingOrder(origin, Path(place), "table", folder / "ring.json")
            understand(order, lambda _told: None)
    finally:
        origin.close()
