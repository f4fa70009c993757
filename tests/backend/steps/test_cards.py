"""Card numbers are found however they are written; ordinary numbers are left alone."""

import random
import uuid

import pytest

from backend.steps import cards
from tests.canaries import WRITTEN, numbers


@pytest.mark.parametrize("way", WRITTEN)
def test_every_canary_is_found_and_replaced_whole(way: str) -> None:
    for number in numbers(1_000):
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
