"""Hide the middle of what names a person or a card, so that analysts can tell two apart."""

import re
import unicodedata

from backend.steps.cards import HIDDEN, TOKEN, replace
from backend.steps.columns import Role

TELLING = (Role.ENTITY, Role.ID, Role.IGNORE)  # roles whose values may name somebody
SEALED = re.compile(r"s(\d+):([A-Za-z0-9+/]+={0,2})")  # a cell that privacy sealed
UNSEEN = ("Cc", "Cf")  # categories of controls and of signs without a width
JOINER = "\u200d"  # holds an emoji together
SHORT, LONG = 4, 9  # up to SHORT characters one is shown; from LONG on, six are
PLAIN_NUMBER = re.compile(r"\d{0,3}(\.\d{0,2})?")
ACCOUNT = re.compile(r"\S*\d{6}\S*")  # a counterparty that is a number, not a shop's name
CARD = re.compile(r"\d(?:[ -]?\d){12,18}")


def mask(value: str) -> str:
    """Return an identifier or a name with its middle hidden.

    The token of a card number is shortened ("Card 9f86d0"), card numbers keep the first and
    the last four digits ("4••• 1182"), names keep initials ("B••• I•••"), other identifiers
    their ends ("T-88•••41"). An empty value stays empty.
    """
    value = value.strip()
    if token := TOKEN.fullmatch(value):
        return _short(token)
    if CARD.fullmatch(value):
        digits = re.sub(r"\D", "", value)
        return f"{digits[0]}{HIDDEN} {digits[-4:]}"
    if not any(character.isdigit() for character in value):
        return " ".join(word[0] + HIDDEN for word in value.split())
    if len(value) <= SHORT:
        return value[0] + HIDDEN
    if len(value) < LONG:
        return value[:2] + HIDDEN + value[-1]
    return value[:4] + HIDDEN + value[-2:]


def shown(value: str, role: Role) -> str:
    """Return a value as an analyst may see it in a column of this role.

    Of a sealed value only that there is one. Identifiers, counterparties with a long number,
    and ignored columns, which may hold names, are masked; plain numbers below 1,000 in ignored
    columns are not. A card number is masked wherever it stands. Signs nobody sees, which can
    turn the direction of writing around, are taken out.
    """
    if SEALED.fullmatch(value) or (role is Role.SEALED and value.strip()):
        return "sealed"
    value = _visible(value)
    if role is Role.IGNORE and PLAIN_NUMBER.fullmatch(value.strip()):
        return value
    if role in TELLING or (role is Role.COUNTERPARTY and ACCOUNT.fullmatch(value.strip())):
        return mask(value)
    return TOKEN.sub(_short, replace(value, mask))


def _visible(value: str) -> str:
    if value.isascii() and value.isprintable():
        return value
    spaced = re.sub(r"[\t\r\n]+", " ", unicodedata.normalize("NFC", value))
    return "".join(s for s in spaced if s == JOINER or unicodedata.category(s) not in UNSEEN)


def _short(token: re.Match[str]) -> str:
    return f"Card {token.group(1)[:6]}"
