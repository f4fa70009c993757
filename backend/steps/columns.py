"""What a column of a transactions file means: its role, and why we think so."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What a column is used as. A file has at most one label, amount, kind and target."""

    LABEL = "label"
    AMOUNT = "amount"
    TIME = "time"
    ENTITY = "entity"
    COUNTERPARTY = "counterparty"
    CATEGORY = "category"
    NUMBER = "number"
    TEXT = "text"
    SEALED = "sealed"  # kept encrypted, never learned from
    ID = "id"
    KIND = "kind"  # of fraud; known only afterwards, never learned from but to be told
    TARGET = "target"  # a number to predict; known only afterwards
    IGNORE = "ignore"


FEATURES = (Role.CATEGORY, Role.NUMBER, Role.TEXT)


@dataclass(frozen=True)
class Column:
    """One column as it was understood."""

    name: str  # header as found in the file, trimmed
    role: Role
    why: str  # the evidence, one short sentence
    missing: float = 0.0  # share of rows without a value, 0 to 1
    distinct: int = 0  # number of different values
    example: str = ""  # a value, masked where it could name somebody
    guess: str = ""  # the role it would have had the analyst not chosen another
    guess_why: str = ""


def named(columns: Iterable[Column], role: Role) -> list[str]:
    """Return the names of the columns with this role, in file order; empty when none has."""
    return [column.name for column in columns if column.role is role]


def to_plain(columns: Iterable[Column]) -> list[dict[str, Any]]:
    """Return the columns as JSON-ready dicts, the form in which they are stored."""
    return [asdict(column) for column in columns]


def from_plain(stored: Iterable[dict[str, Any]]) -> tuple[Column, ...]:
    """Return the columns that `to_plain` wrote."""
    return tuple(Column(**{**column, "role": Role(column["role"])}) for column in stored)
