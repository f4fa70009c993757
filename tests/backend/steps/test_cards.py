"""Card numbers are found however they are written; ordinary numbers are left alone."""

import random
import uuid

import pytest

from backend.steps import cards

ISSUED = (("4", 16), ("4", 13), ("4", 19), ("51", 16), ("2221", 16), ("37", 15), ("6011", 16),
          ("3528", 16), ("36", 14), ("62", 19), ("50", 16))  # fmt: skip
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def canaries(count: int) -> list[str]:
    """Return made-up card numbers of many issuers, check digit included."""
    draw = random.Random(3)
    return [made(draw, *draw.choice(ISSUED)) for _ in range(count)]


def made(draw: random.Random, prefix: str, length: int) -> str:
    body = prefix + "".join(draw.choices("0123456789", k=length - len(prefix) - 1))
    return next(body + last for last in "0123456789" if cards.luhn_holds(body + last))


def grouped(number: str, between: str) -> str:
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


@pytest.mark.parametrize("way", WRITTEN)
def test_every_canary_is_found_and_replaced_whole(way: str) -> None:
    for number in canaries(1_000):
        text = WRITTEN[way](number)
        assert number in [found.digits for found in cards.find(text)]
        left = cards.replace(text, lambda _digits: "TOKEN")
        assert "TOKEN" in left
        assert not cards.find(left)


def test_ordinary_ids_and_timestamps_are_left_alone() -> None:
    draw = random.Random(5)
    ordinary = [
        *(str(uuid.UUID(int=draw.getrandbits(128))) for _ in range(20_000)),
        *(f"{draw.getrandbits(128):032x}" for _ in range(20_000)),
        *(f"2024-0{draw.randint(1, 9)}-1{draw.randint(0, 9)} {draw.randint(10, 23)}:10:59"
          for _ in range(20_000)),
        *(str(draw.randint(1_600_000_000_000, 1_700_000_000_000)) for _ in range(10_000)),
        *(str(draw.randint(1_600_000_000_000_000, 1_700_000_000_000_000)) for _ in range(10_000)),
        *(str(draw.randint(10**8, 10**12 - 1)) for _ in range(10_000)),
        *(repr(draw.uniform(-180, 180)) for _ in range(10_000)),
    ]  # fmt: skip
    wrong = [text for text in ordinary if cards.find(text)]
    assert len(wrong) <= len(ordinary) // 1_000


@pytest.mark.parametrize(
    "text",
    ["", "DE89 3704 0044 0532 0130 00", "1234567890123456", "4242424242424243", "79927398713"],
)
def test_what_is_no_card_number(text: str) -> None:
    assert cards.find(text) == []


@pytest.mark.parametrize("number", ["4242424242424242", "378282246310005", "79927398713"])
def test_published_numbers_hold_the_luhn_digit(number: str) -> None:
    assert cards.luhn_holds(number)  # Stripe's and American Express's test cards; ISO 7812
    assert not cards.luhn_holds(number[:-1] + str((int(number[-1]) + 1) % 10))
