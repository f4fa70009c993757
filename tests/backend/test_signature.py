"""A decision carries a name and a reason, or is not taken."""

import pytest

from backend.errors import TouchstoneError
from backend.signature import LONGEST_NAME, LONGEST_REASON, signed


def test_name_and_reason_lose_what_surrounds_them() -> None:
    assert signed("  M.\tHuber ", "fewer\n false alarms ") == ("M. Huber", "fewer false alarms")


@pytest.mark.parametrize(
    ("name", "why", "words"),
    [
        ("", "because", "type your name"),
        (" \n", "because", "type your name"),
        ("M. Huber", " ", "Say why"),
        ("x" * (LONGEST_NAME + 1), "because", "at most 100"),
        ("M. Huber", "x" * (LONGEST_REASON + 1), "2,000"),
    ],
)
def test_what_is_missing_or_too_long_is_refused(name, why, words) -> None:
    with pytest.raises(TouchstoneError, match=words):
        signed(name, why)


def test_the_longest_allowed_pass() -> None:
    signed("x" * LONGEST_NAME, "x" * LONGEST_REASON)
