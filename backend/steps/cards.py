"""Find card numbers (PAN) in text, written in any of the ways people and systems write them.

A number counts when its length fits its issuer's prefix (ISO/IEC 7812, ranges as published by
the card schemes) and its last digit is the Luhn check digit of the others. Digits of any script
count: text is folded with Unicode NFKC first, and what stands between digits may be a space, a
dash, a dot, a slash or an underscore.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

HIDDEN = "•••"
SHORTEST, LONGEST = 13, 19  # digits of a card number
BETWEEN = "[ ./_\u00a0\u2007\u2009\u200b\u202f\u2010-\u2015\u2212-]{0,2}"
RUN = re.compile(rf"\d(?:{BETWEEN}\d){{{SHORTEST - 1},}}")
TOKEN = re.compile(r"v\d+:([0-9a-f]{32})")  # what stands for a card number once it is hidden
DIGITS = re.compile(r"\D+")
HEX_ID = re.compile(r"(?=[0-9a-fA-F-]*[a-fA-F])[0-9a-fA-F-]{24,}")  # a digest or a UUID
IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Z0-9])")
DATE = re.compile(r"(?<!\d)(?:19|20)\d\d([-/.])\d\d\1\d\d[ T_]?\d\d:?\d\d:?\d\d")
DECIMAL = re.compile(r"\d\.\d{7,}|\.\d{13,}")  # a fraction, not a card written with dots
# First prefix, last prefix (same number of digits), lengths. Longer prefixes are tried first.
ISSUERS: Final = (
    (300, 305, (14, 16, 17, 18, 19)),  # Diners Club
    (34, 34, (15,)),  # American Express
    (3528, 3589, (16, 17, 18, 19)),  # JCB
    (36, 36, (14, 15, 16, 17, 18, 19)),  # Diners Club
    (37, 37, (15,)),  # American Express
    (38, 39, (14, 15, 16, 17, 18, 19)),  # Diners Club, Discover
    (4, 4, (13, 16, 19)),  # Visa
    (50, 50, (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    (51, 55, (16,)),  # Mastercard
    (2200, 2204, (16, 17, 18, 19)),  # Mir
    (2221, 2720, (16,)),  # Mastercard
    (56, 58, (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    (60, 62, (13, 14, 15, 16, 17, 18, 19)),  # Discover, RuPay, UnionPay, Maestro
    (63, 63, (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    (644, 659, (16, 17, 18, 19)),  # Discover
    (67, 67, (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    (81, 82, (16,)),  # RuPay, UnionPay
)


@dataclass(frozen=True)
class Found:
    """One card number in a text: `text[start:end]` spells `digits`."""

    start: int
    end: int
    digits: str


def is_card(digits: str) -> bool:
    """Tell whether 13 to 19 ASCII digits are a card number: issuer, length and Luhn digit fit."""
    return fits_an_issuer(digits) and luhn_holds(digits)


def fits_an_issuer(digits: str) -> bool:
    """Tell whether some card scheme issues numbers with this beginning and this length."""
    return any(
        len(digits) in lengths and low <= int(digits[: len(str(low))]) <= high
        for low, high, lengths in ISSUERS
        if len(digits) >= SHORTEST
    )


def luhn_holds(digits: str) -> bool:
    """Tell whether the last digit is the check digit of those before it (ISO/IEC 7812-1)."""
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    plain = [int(digit) for digit in digits[-1::-2]]
    return (sum(plain) + sum(number // 10 + number % 10 for number in doubled)) % 10 == 0


def find(text: str) -> list[Found]:
    """Return the card numbers in a text, in order, none overlapping; empty when there is none."""
    if len(text) < SHORTEST:
        return []
    folded, origin = _fold(text)
    folded = _without_other_numbers(folded)
    runs = (_cards_in(run.group(), run.start()) for run in RUN.finditer(folded))
    return [_at(origin, span) for spans in runs for span in spans]


def replace(text: str, token_of: Callable[[str], str]) -> str:
    """Return a text with every card number in it replaced by the token of its digits."""
    for card in reversed(find(text)):
        text = text[: card.start] + token_of(card.digits) + text[card.end :]
    return text


def is_token(value: str) -> bool:
    """Tell whether a value stands for a card number."""
    return TOKEN.fullmatch(value) is not None


def plain(text: str) -> str:
    """Return a text trimmed, with the digits of every script as 0 to 9."""
    return _fold(text)[0].strip()


Span = tuple[int, int, str]


def _without_other_numbers(text: str) -> str:
    """Blank out digests, dates, fractions and account numbers, so that none reads as a card."""
    for shape in (HEX_ID, DATE, DECIMAL):
        text = shape.sub(_blank, text)
    return IBAN.sub(lambda match: _blank(match) if _is_iban(match.group()) else match.group(), text)


def _blank(match: re.Match[str]) -> str:
    return "x" * len(match.group())


def _fold(text: str) -> tuple[str, list[int] | None]:
    """Return the text in compatibility form and, where it moved, where each character was."""
    if text.isascii():
        return text, None
    folded, origin = [], []
    for place, character in enumerate(text):
        plain = unicodedata.normalize("NFKC", character)
        digit = unicodedata.digit(plain, None) if len(plain) == 1 else None
        plain = plain if digit is None else str(digit)
        folded.append(plain)
        origin += [place] * len(plain)
    return "".join(folded), [*origin, len(text)]


def _at(origin: list[int] | None, span: Span) -> Found:
    start, end, digits = span
    if origin is None:
        return Found(start, end, digits)
    return Found(origin[start], origin[end - 1] + 1, digits)


def _cards_in(run: str, offset: int) -> list[Span]:
    """Return the card numbers in a run of digits with things between them.

    The run as a whole is tried first, then windows that begin and end where digits are set
    apart: a card number is never looked for in the middle of an unbroken number.
    """
    places = [place for place, character in enumerate(run) if character.isdigit()]
    digits = DIGITS.sub("", run)
    if len(digits) <= LONGEST and is_card(digits):
        return [(offset, offset + len(run), digits)]
    starts = [i for i, place in enumerate(places) if i == 0 or places[i - 1] + 1 != place]
    ends = [*(i for i in starts if i), len(digits)]
    found: list[Span] = []
    done = 0
    for start in starts:
        if start < done:
            continue
        for end in reversed(ends[bisect_right(ends, start) :]):
            if SHORTEST <= end - start <= LONGEST and is_card(digits[start:end]):
                found.append((offset + places[start], offset + places[end - 1] + 1,
                              digits[start:end]))  # fmt: skip
                done = end
                break
    return found


def _is_iban(text: str) -> bool:
    """Tell whether the check digits of an IBAN hold (ISO 13616: modulo 97 is 1)."""
    bare = text.replace(" ", "")
    turned = bare[4:] + bare[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1
