"""What one column of a text table holds, in the numbers its role is guessed from."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from backend.steps.duck import literal
from backend.steps.masking import is_card_number
from backend.steps.moments import read_clock
from backend.steps.normalise import cell
from backend.steps.values import CODES, comma_evidence, number, point_evidence, words

SAMPLE = 1000  # values of a column looked at one by one
FEW = 20  # up to so many different values are listed with their counts
MOSTLY = 0.95
HALF = 0.5
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
    cards: float = 0.0  # card numbers, Luhn digit and all
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


def contents_of(table: Any, name: str, position: int) -> Contents:
    """Count what one column (0-based position) of a text table holds."""
    text = words(cell(position))
    rows, present, distinct, mean_words, rounded = _row(
        table,
        f"count(*), count({text}), count(DISTINCT {text}), "
        f"avg(length({text}) - length(replace({text}, ' ', '')) + 1), "
        f"count(*) FILTER (regexp_matches({text}, {literal(ROUNDED)}))",
    )
    some = table.filter(f"{text} IS NOT NULL").limit(SAMPLE)
    sample = [row[0] for row in some.project(text).fetchall()]
    numbers = _numbers(table, text, sample, present)
    return Contents(
        name=name,
        rows=rows,
        present=present,
        distinct=distinct,
        words=mean_words or 0.0,
        rounded=rounded,
        cards=_share(sample, is_card_number),
        moments=0.0 if numbers else _moments(some, name, cell(position)),
        values=_values(table, text) if distinct <= FEW else (),
        example=sample[0] if sample else "",
        **numbers,
    )


def decimal_commas(table: Any, cells: Sequence[str]) -> set[str]:
    """Return those of the text table's columns whose numbers have a decimal comma."""
    if not cells:
        return set()
    counts = [
        f"count(*) FILTER ({evidence(words(name))})"
        for name in cells
        for evidence in (comma_evidence, point_evidence)
    ]
    found = _row(table, ", ".join(counts))
    return {name for i, name in enumerate(cells) if found[2 * i] and not found[2 * i + 1]}


def _numbers(table: Any, text: str, sample: list[str], present: int) -> dict[str, Any]:
    plain = f"TRY_CAST({text} AS DOUBLE)"
    value = f"CASE WHEN isfinite({plain}) THEN {plain} END"
    comma = False
    if _row(table, f"count({value})")[0] < present:
        if _share(sample, lambda found: NUMBERISH.fullmatch(found) is not None) < HALF:
            return {}
        comma = bool(decimal_commas(table, [text]))
        value = number(text, comma)
    count, low, high, whole = _row(
        table, f"count({value}), min({value}), max({value}), bool_and({value} = trunc({value}))"
    )
    if count == 0:
        return {}
    return {"numbers": count, "comma": comma, "low": low, "high": high, "whole": whole}


def _moments(some: Any, name: str, column: str) -> float:
    clock = read_clock(some, [(name, column)])
    return 1 - clock.broken / clock.present if clock.kind == "date" else 0.0


def _values(table: Any, text: str) -> tuple[tuple[str, int], ...]:
    counted = table.filter(f"{text} IS NOT NULL").aggregate(f"{text} AS v, count(*) AS n")
    return tuple(sorted(counted.fetchall(), key=lambda found: (-found[1], found[0])))


def _share(sample: list[str], test: Callable[[str], bool]) -> float:
    return sum(test(value) for value in sample) / len(sample) if sample else 0.0


def _row(table: Any, aggregates: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] = table.aggregate(aggregates).fetchall()[0]
    return row
