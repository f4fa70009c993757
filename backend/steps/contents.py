"""What one column of a text table holds, in the numbers its role is guessed from."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from backend.steps.cards import is_token
from backend.steps.columns import Column, Role
from backend.steps.duck import Table, literal
from backend.steps.moments import read_clock
from backend.steps.normalise import cell
from backend.steps.values import (
    CODES,
    Style,
    comma_evidence,
    currency_in,
    filled,
    number,
    point_evidence,
    words,
)

SAMPLE = 1000  # values of a column looked at one by one
FEW = 20  # up to so many different values are listed with their counts
MOSTLY = 0.95
HALF = 0.5
# Worth trying every way of writing dates on: 9/3/24, 2024-03-09, 09 Mar 2024, Mar 9, 2024.
DATEISH = re.compile(r"\d{1,4}[-/. ]\w{1,4}[-/. ]\d{1,4}|^\w{3} \d{1,2}, \d{4}|^\d{8}$")
ROUNDED = r"^-?\d(\.\d+)?[eE]\+\d+$"  # 3.52721E+18: what a spreadsheet leaves of a long number
NUMBERISH = re.compile(rf"({CODES})?[^A-Za-z]*\d[^A-Za-z]*([eE][-+]?\d+)?({CODES})?")


@dataclass(frozen=True)
class Contents:
    """Counts are over the whole file; `cards` and `moments` are shares of a sample."""

    name: str  # header
    rows: int
    present: int  # rows with a value
    distinct: int
    numbers: int = 0  # values that read as numbers
    comma: bool = False  # numbers have a decimal comma
    low: float = 0.0
    high: float = 0.0
    whole: bool = False  # every number is whole
    words: float = 0.0  # mean words per value
    rounded: int = 0  # values a spreadsheet rounded
    cards: float = 0.0  # tokens of card numbers
    moments: float = 0.0  # dates or times
    values: tuple[tuple[str, int], ...] = ()  # most frequent first; only up to FEW different ones
    example: str = ""

    @property
    def missing(self) -> float:
        """Share of rows without a value, 0 for a table without rows."""
        return 1 - self.present / self.rows if self.rows else 0.0

    @property
    def is_numeric(self) -> bool:
        """True when all but 5% of the values are numbers."""
        return self.present > 0 and self.numbers >= MOSTLY * self.present

    @property
    def is_unique(self) -> bool:
        """True when every row has a value of its own."""
        return self.present == self.rows == self.distinct and self.rows > 1


def contents_of(table: Table, name: str, position: int) -> Contents:
    """Count what one column (0-based position) of a text table holds."""
    text = words(cell(position))
    rows, present, distinct, mean_words = table.row(
        f"count(*), count({text}), count(DISTINCT {text}), "
        f"avg(length({text}) - length(replace({text}, ' ', '')) + 1)"
    )
    some = table.head(f"{text} IS NOT NULL", SAMPLE)
    sample = [row[0] for row in some.rows(text)]
    numbers = _numbers(table, cell(position), sample)
    return Contents(
        name=name,
        rows=rows,
        present=present,
        distinct=distinct,
        words=mean_words or 0.0,
        cards=_share(sample, is_token),
        moments=0.0 if numbers else _moments(some, name, cell(position), sample),
        values=_values(table, text) if distinct <= FEW else (),
        example=sample[0] if sample else "",
        **numbers,
    )


def number_styles(table: Table, cells: Sequence[str]) -> dict[str, Style]:
    """Return how the numbers in these columns of the text table are written.

    Plain where every value reads as it stands; else a decimal comma where some value can
    only have one and none can only have a decimal point.
    """
    if not cells:
        return {}
    plain = ", ".join(f"count({filled(c)}), count({number(c, Style.PLAIN)})" for c in cells)
    found = table.row(plain)
    styles = {c: Style.PLAIN for i, c in enumerate(cells) if found[2 * i] == found[2 * i + 1]}
    for c in (c for c in cells if c not in styles):
        evidence = (comma_evidence(words(c)), point_evidence(words(c)))
        comma, point = table.row(", ".join(f"count(*) FILTER ({e})" for e in evidence))
        styles[c] = Style.COMMA if comma and not point else Style.POINT
    return styles


def _numbers(table: Table, c: str, sample: list[str]) -> dict[str, Any]:
    if _share(sample, lambda found: NUMBERISH.fullmatch(found) is not None) < HALF:
        return {}
    style = number_styles(table, [c])[c]
    value = number(words(c), style)
    count, low, high, whole, rounded = table.row(
        f"count({value}), min({value}), max({value}), bool_and({value} = trunc({value})), "
        f"count(*) FILTER (regexp_matches({c}, {literal(ROUNDED)}))"
    )
    if count == 0:
        return {}
    comma = style is Style.COMMA
    return {"numbers": count, "comma": comma, "low": low, "high": high, "whole": whole,
            "rounded": rounded}  # fmt: skip


def _moments(some: Table, name: str, column: str, sample: list[str]) -> float:
    if _share(sample, lambda found: DATEISH.search(found) is not None) < MOSTLY:
        return 0.0
    clock = read_clock(some, [(name, column)])
    return 1 - clock.broken / clock.present if clock.kind == "date" else 0.0


def _values(table: Table, text: str) -> tuple[tuple[str, int], ...]:
    counted = table.rows(f"{text} AS v, count(*)", f"{text} IS NOT NULL", "GROUP BY v")
    return tuple(sorted(((v, n) for v, n in counted), key=lambda found: (-found[1], found[0])))


def _share(sample: list[str], test: Callable[[str], bool]) -> float:
    return sum(test(value) for value in sample) / len(sample) if sample else 0.0


def contents_of_all(
    table: Table, headers: Sequence[str], tell: Callable[[float], None]
) -> list[Contents]:
    """Count what every column of a text table holds; `tell` hears the share done, 0 to 1."""
    contents = []
    for place, name in enumerate(headers):
        tell(place / len(headers))
        contents.append(contents_of(table, name, place))
    return contents


def currency_of(contents: Sequence[Contents], columns: Sequence[Column]) -> str:
    """Return the sign of the currency that amounts, or a column beside them, name; "" for none."""
    amounts = [column.name for column in columns if column.role is Role.AMOUNT]
    told = [p.name for p in contents if p.name in amounts]
    told += [p.example for p in contents if p.name in amounts]
    told += [p.example for p in contents if p.distinct == 1 and "currency" in p.name.lower()]
    return next((sign for text in told if (sign := currency_in(text))), "")
