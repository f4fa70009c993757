"""What an analyst decided about a file, as a list of fixes that can be replayed on the next one.

A recipe belongs to a header: the next file with the same columns gets the same fixes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from hashlib import sha256
from typing import Any
from zoneinfo import available_timezones

from backend.steps.columns import Column, Role
from backend.steps.layout import fold
from backend.steps.masking import shown
from backend.steps.values import MEANINGS

CHOSEN, EXPLAINED = "Chosen by you", "You said what its values mean"
# Roles one column has, or the parts of one date.
ALONE = (Role.LABEL, Role.AMOUNT, Role.TIME, Role.KIND, Role.TARGET)
PARTS_OF_A_DATE = {"year", "month", "day", "hour", "date", "time"}


class Kind(StrEnum):
    """What a fix changes, and what its `value` then says."""

    ENCODING = "encoding"  # how bytes become text: "windows-1252"
    HEADER = "header"  # "none": the first line is a transaction, columns are named by position
    OPEN = "open"  # "numbers": the long numbers of this column are no cards
    ROLE = "role"  # a Role
    DATES = "dates"  # "day first" or "month first"
    DECIMALS = "decimals"  # "comma" or "point"
    ZONE = "zone"  # IANA name of the zone that times without one are in
    ONCE = "once"  # "copies": of rows alike in every cell only the first is kept
    LABEL = "label"  # "<cell>=fraud", "=legitimate", "=unknown" or "=aside"
    KEEP = "keep"  # the key of a problem the analyst looked at and let stand


@dataclass(frozen=True)
class Fix:
    """One decision. `column` is empty where it is about the whole file."""

    kind: Kind
    column: str = ""
    value: str = ""

    @property
    def target(self) -> tuple[str, str, str]:
        """What it decides: a later fix with the same target takes its place."""
        named = self.value.rpartition("=")[0] if self.kind is Kind.LABEL else ""
        return self.kind, self.column, self.value if self.kind is Kind.KEEP else named


def meanings(fixes: Sequence[Fix], column: str) -> dict[str, str]:
    """Return what values of a label mean: {value, trimmed and in lower case: meaning}."""
    said = [fix.value.rpartition("=") for fix in fixes
            if fix.kind is Kind.LABEL and fix.column == column]  # fmt: skip
    return {value.strip().lower(): meaning for value, _, meaning in said}


VALUES = {
    Kind.DATES: ("day first", "month first"),
    Kind.DECIMALS: ("comma", "point"),
}


def with_fix(fixes: Sequence[Fix], new: Fix) -> tuple[Fix, ...]:
    """Return a recipe in which `new` stands, in place of what decided the same before."""
    return (*(fix for fix in fixes if fix.target != new.target), new)


def apply(
    fixes: Sequence[Fix], columns: Sequence[Column], examples: Mapping[str, str] | None = None
) -> tuple[Column, ...]:
    """Return the columns as the roles among these fixes say, the others as they were guessed.

    A second label or amount takes the place of the first; a second time does too, unless
    both are parts of one date. `examples` are values by header, as they stand in the file,
    for columns that may be shown less masked than before. A fix for a column that is not
    there changes nothing.
    """
    raw = examples or {}
    result = tuple(_shown(guessed(column), raw) for column in columns)
    for fix in fixes:
        if fix.kind is Kind.ROLE and any(column.name == fix.column for column in result):
            result = _with_role(result, fix.column, Role(fix.value), raw)
    said = {fix.column for fix in fixes if fix.kind is Kind.LABEL}
    return tuple(_explained(column) if column.name in said else column for column in result)


def misfit(fix: Fix, columns: Sequence[Column]) -> str:
    """Return why a fix does not fit these columns, a sentence; "" where it does."""
    column = next((column for column in columns if column.name == fix.column), None)
    if fix.column and column is None:
        return f'there is no column "{fix.column}". Choose one from the list.'
    if fix.kind is Kind.ROLE and column is not None:
        return _misfit_role(column, fix.value)
    if fix.kind is Kind.LABEL and not (
        column is not None
        and column.role is Role.LABEL
        and fix.value.rpartition("=")[2] in MEANINGS
    ):
        return f'"{fix.value}" says nothing about a label. Choose what it means.'
    if fix.kind is Kind.ZONE and fix.value not in available_timezones():
        return f'"{fix.value}" is no time zone. Write it as Europe/Berlin.'
    if fix.kind in VALUES and fix.value not in VALUES[fix.kind]:
        return f'"{fix.value}" is neither {VALUES[fix.kind][0]} nor {VALUES[fix.kind][1]}.'
    return ""


def _misfit_role(column: Column, value: str) -> str:
    if value not in {role.value for role in Role}:
        return f'"{value}" is nothing a column can be used as.'
    if column.role is Role.SEALED and value not in (Role.SEALED, Role.IGNORE):
        return f"{column.name} is encrypted, so nothing can be read from it."
    if value == Role.SEALED and guessed(column).role is not Role.SEALED:
        return f"{column.name} was stored as it is: only what is brought in anew can be encrypted."
    return ""


def guessed(column: Column) -> Column:
    """Return a column as it was before anybody chose anything about it."""
    if not column.guess:
        return column
    return replace(column, role=Role(column.guess), why=column.guess_why, guess="", guess_why="")


def _with_role(
    columns: tuple[Column, ...], name: str, role: Role, examples: Mapping[str, str]
) -> tuple[Column, ...]:
    chosen = next(column for column in columns if column.name == name)
    changed = _shown(_moved(chosen, role, CHOSEN), examples)
    return tuple(changed if c.name == name else _make_room(c, changed) for c in columns)


def _shown(column: Column, examples: Mapping[str, str]) -> Column:
    if column.name not in examples:
        return column
    return replace(column, example=shown(examples[column.name], column.role))


def _explained(label: Column) -> Column:
    return label if label.guess else _moved(label, label.role, EXPLAINED)


def _make_room(column: Column, changed: Column) -> Column:
    if column.role is not changed.role or changed.role not in ALONE:
        return column
    if column.role is Role.TIME and {fold(column.name), fold(changed.name)} <= PARTS_OF_A_DATE:
        return column
    role = Role.NUMBER if column.role is Role.AMOUNT else Role.IGNORE
    return _moved(column, role, f"{changed.name} took its place as the {changed.role}")


def _moved(column: Column, role: Role, why: str) -> Column:
    before = guessed(column)
    return replace(column, role=role, why=why, guess=before.role, guess_why=before.why)


def header_key(headers: Sequence[str]) -> str:
    """Return what files with the same header share: SHA-256 of the folded names in order."""
    return sha256("\n".join(fold(name) or name for name in headers).encode()).hexdigest()


def to_plain(fixes: Iterable[Fix]) -> list[dict[str, Any]]:
    """Return the fixes as JSON-ready dicts, the form in which they are stored."""
    return [asdict(fix) for fix in fixes]


def from_plain(stored: Iterable[dict[str, Any]]) -> tuple[Fix, ...]:
    """Return the fixes that `to_plain` wrote."""
    return tuple(Fix(**{**fix, "kind": Kind(fix["kind"])}) for fix in stored)
