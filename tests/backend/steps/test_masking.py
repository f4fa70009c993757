"""Masks hide the middle, and nothing telling slips past them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.steps.columns import Role
from backend.steps.masking import mask, shown


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("4242424242421182", "4••• 1182"),
        ("v1:9f86d081884c7d659a2feaa0c55ad015", "Card 9f86d0"),
        ("4242 4242 4242 1182", "4••• 1182"),
        ("4242-4242-4242-1182", "4••• 1182"),
        ("T-8812341", "T-88•••41"),
        ("C17", "C•••"),
        ("9", "9•••"),
        ("C1234", "C1•••4"),
        ("Brittney Ibarra", "B••• I•••"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_mask(value: str, masked: str) -> None:
    assert mask(value) == masked


@pytest.mark.parametrize(
    ("value", "role", "expected"),
    [
        ("4242424242424242", Role.ENTITY, "4••• 4242"),
        ("Ann", Role.IGNORE, "A•••"),
        ("17", Role.IGNORE, "17"),
        ("55341", Role.IGNORE, "55•••1"),
        ("s1:cqSin7V3J0h/DB2JbwFb3g==", Role.SEALED, "sealed"),
        ("s1:cqSin7V3J0h/DB2JbwFb3g==", Role.TEXT, "sealed"),  # whatever is made of the column
        ("Ann", Role.SEALED, "sealed"),
        ("", Role.SEALED, ""),
        ("Corner Foods", Role.COUNTERPARTY, "Corner Foods"),
        ("M1979787155", Role.COUNTERPARTY, "M197•••55"),
        ("paid with 4242424242424242 today", Role.TEXT, "paid with 4••• 4242 today"),
        ("paid with v1:9f86d081884c7d659a2feaa0c55ad015", Role.TEXT, "paid with Card 9f86d0"),
        ("order 1234567890123456", Role.TEXT, "order 1234567890123456"),  # no Luhn digit
        ("0.298503170230964", Role.NUMBER, "0.298503170230964"),
        ("misc_net", Role.CATEGORY, "misc_net"),
        ("\u202egnp.exe\u2066", Role.CATEGORY, "gnp.exe"),
        ("Zoe\u0308 \x1b[31m\r\nred\u200b", Role.TEXT, "Zo\u00eb [31m red"),
        ("👩\u200d🍳", Role.TEXT, "👩\u200d🍳"),
    ],
)
def test_shown_depends_on_the_role(value: str, role: Role, expected: str) -> None:
    assert shown(value, role) == expected


@given(st.text(max_size=40))
def test_half_of_any_long_identifier_is_hidden(value: str) -> None:
    stripped = value.strip()
    left = mask(value).replace("•••", "").replace(" ", "")
    assert len(left) <= max(1, 2 * len(stripped) / 3)
