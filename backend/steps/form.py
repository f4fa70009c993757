"""One transaction typed by hand: the fields it has, and the row that its values make."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import pandas as pd

from backend.errors import TransactionRefused
from backend.steps.columns import Column, Role, named
from backend.steps.features import Plan
from backend.steps.fields import Fields
from backend.steps.profile import Profile

TIME = "Time"
DATE_HELP = "Like 2026-01-31 14:30, as the file's clock says."
ELAPSED_HELP = "Seconds since the first transaction of the file."

WHO_HELP = "As the table of transactions shows it. What was kept of the same one is read as well."

Kind = Literal["number", "choice", "text", "time", "amount", "entity", "counterparty"]
Value = float | str | None


@dataclass(frozen=True)
class Field:
    """One thing the model reads of a transaction."""

    name: str  # header of the column, or "Time"
    kind: Kind
    choices: tuple[str, ...] = ()  # of a choice, the most frequent first; others may be typed
    default: Value = None  # what is usual: the median or the most frequent; None where nothing is
    help: str = ""


def fields_of(
    profile: Profile,
    columns: Iterable[Column],
    read: Fields | None = None,
    past: Plan | None = None,
) -> tuple[Field, ...]:
    """Return a field for everything a model with this profile reads: amount, time, columns.

    A model that looks at earlier events says in `read` what else it needs to know, one that
    reads features of the past in `past`; those themselves are computed and never asked for.
    """
    columns = tuple(columns)
    found = list(_whose(columns, read, past))
    if profile.amount:
        name = next(iter(named(columns, Role.AMOUNT)), "Amount")
        found.append(Field(name, "amount", default=round(profile.amount.typical, 2)))
    if profile.time is not None:
        note = DATE_HELP if profile.clock == "date" else ELAPSED_HELP
        found.append(
            Field(TIME, "time", default=write_time(profile.time, profile.clock), help=note)
        )
    for category in profile.categories:
        usual = category.known[0] if category.known else None
        found.append(Field(category.name, "choice", category.known, usual))
    for number in profile.numbers:
        found.append(Field(number.name, "number", default=float(f"{number.typical:.6g}")))
    found.extend(Field(name, "text", default="") for name in profile.texts)
    found.extend(_elsewhere(profile, read, past))
    return tuple(found)


def _whose(columns: tuple[Column, ...], read: Fields | None, past: Plan | None) -> Iterator[Field]:
    looks_back = read is not None and read.depth > 0
    if looks_back or (past and past.entity):
        who = " and ".join(named(columns, Role.ENTITY)) or "Customer"
        yield Field(who, "entity", help=WHO_HELP)
    if (read and looks_back and read.counterparty) or (past and past.counterparty):
        yield Field(" and ".join(named(columns, Role.COUNTERPARTY)) or "With whom", "counterparty")


def _elsewhere(profile: Profile, read: Fields | None, past: Plan | None) -> Iterator[Field]:
    """Yield what the model reads of its past only: places and categories."""
    own = {number.name for number in profile.numbers}
    own |= {category.name for category in profile.categories}
    ends = [*(read.ends if read else ()), *((past.place or ()) if past else ())]
    ends += (past.home or ()) if past else ()
    yield from (Field(name, "number") for name in dict.fromkeys(ends) if name not in own)
    followed = past.categories if past else ()
    yield from (Field(name, "text", default="") for name in followed if name not in own)


def frame_of(profile: Profile, fields: Iterable[Field], values: dict[str, Any]) -> pd.DataFrame:
    """Return the transaction as a frame of one row with the dataset's columns.

    A value left out or None is missing. Raises TransactionRefused naming the field whose
    value cannot be read, or those that the model does not have.
    """
    known = {field.name: field for field in fields}
    unknown = [f"“{name}”" for name in values if name not in known]
    if unknown:
        reads = "field" if len(unknown) == 1 else "fields"
        raise TransactionRefused(f"This model reads no {reads} {', '.join(unknown)}.")
    row: dict[str, Value] = {"_amount": math.nan, "_time": math.nan}
    for name, field in known.items():
        row[_column(field)] = _read(field, values.get(name), profile.clock)
    return pd.DataFrame({name: [value] for name, value in row.items()})


def values_of(profile: Profile, fields: Iterable[Field], row: "pd.Series[Any]") -> dict[str, Any]:
    """Return the values of one row of the dataset, as the form shows them; None is missing."""
    values: dict[str, Any] = {}
    for field in fields:
        value = row[_column(field)]
        if pd.isna(value):
            values[field.name] = None
        elif field.kind == "time":
            values[field.name] = write_time(float(value), profile.clock)
        else:
            number = field.kind in ("number", "amount")
            values[field.name] = float(value) if number else str(value)
    return values


def write_time(seconds: float, clock: str) -> str:
    """Return a moment of the `_time` column as an analyst writes it; `read_time` reads it."""
    if clock != "date":
        return f"{seconds:.12g}"
    moment = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    return moment.isoformat(" ", timespec="seconds")


def read_time(text: str, clock: str) -> float:
    """Return a written moment as seconds. Raises ValueError where it cannot be read."""
    if clock != "date":
        return _finite(text)
    moment = datetime.fromisoformat(text.strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _column(field: Field) -> str:
    own = ("amount", "time", "entity", "counterparty")
    return f"_{field.kind}" if field.kind in own else field.name


def _read(field: Field, value: Any, clock: str) -> Value:
    is_word = field.kind in ("choice", "text", "entity", "counterparty")
    if value is None or (isinstance(value, str) and not value.strip()):
        return None if is_word else math.nan
    if is_word:
        return str(value)
    try:
        return read_time(str(value), clock) if field.kind == "time" else _finite(value)
    except (ValueError, TypeError, OverflowError) as error:
        wanted = field.help or "Write a number, like 12.50."
        raise TransactionRefused(f"{field.name}: {value!r} cannot be read. {wanted}") from error


def _finite(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    return number
