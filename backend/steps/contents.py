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
COUNTED = 200_000  # up to about so many, a column is counted value by value
NEARLY = 0.85  # estimates are this good: below it a column cannot be unique
LONG_NUMBER = 1e10  # from here on a spreadsheet writes 1E+10 when it rounds
CHANCE = 10  # pairs of different values with the same hash: never so many in any file
HASHES_AT_ONCE = 8_000_000  # 64 MB
AT_ONCE = 100  # columns looked over in one query
MOSTLY = 0.95
HALF = 0.5
# Worth trying every way of writing dates on: 9/3/24, 2024-03-09, 09 Mar 2024, Mar 9, 2024.
DATEISH = re.compile(r"\d{1,4}[-/. ]\w{1,4}[-/. ]\d{1,4}|^\w{3} \d{1,2}, \d{4}|^\d{8}$")
ROUNDED = r"^-?\d(\.\d+)?[eE]\+\d+$"  # 3.52721E+18: what a spreadsheet leaves of a long number
PLAIN = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
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


def contents_of_all(
    table: Table, headers: Sequence[str], tell: Callable[[float], None]
) -> list[Contents]:
    """Count what every column of a text table holds; `tell` hears the share done, 0 to 1.

    Columns with up to 200,000 different values are counted value by value, exactly. Of longer
    ones `distinct` is an estimate within some percent, but for those in which no value repeats.
    """
    rows, estimates, samples = _overview(table, len(headers))
    contents = []
    for place, name in enumerate(headers):
        tell(place / max(1, len(headers)))
        look = _counted if estimates[place][1] <= COUNTED else _scanned
        sample = samples[place]
        if len(sample) < min(SAMPLE, rows):
            sample = _sample(table, cell(place))
        asked = _Asked(table, name, cell(place), rows, *estimates[place], sample)
        contents.append(look(asked))
    return contents


@dataclass(frozen=True)
class _Asked:
    """One column of a text table, and what the overview says about it."""

    table: Table
    name: str
    cell: str
    rows: int
    present: int
    estimate: int  # different values
    sample: list[str]  # its first values


def _overview(table: Table, columns: int) -> tuple[int, list[tuple[int, int]], list[list[str]]]:
    """Return the rows; by column how many have a value, and about how many different ones; and
    by column its values in the first rows."""
    estimates: list[tuple[int, int]] = []
    samples: list[list[str]] = []
    rows = 0
    for start in range(0, columns, AT_ONCE):
        some = [cell(place) for place in range(start, min(start + AT_ONCE, columns))]
        asked = (f"count({c}), bool_or({c} < '!'), approx_count_distinct({c})" for c in some)
        rows, *found = table.row(f"count(*), {', '.join(asked)}")
        for c, count, may_be_spaces, different in zip(
            some, *(found[i::3] for i in range(3)), strict=True
        ):
            # Only what sorts before the first character that is no space can be all spaces.
            blank = table.row("count(*)", f"trim({c}) = ''")[0] if may_be_spaces else 0
            estimates.append((count - blank, different))
        first = table.rows(", ".join(map(words, some)), then=f"LIMIT {SAMPLE}")
        samples += [[v for v in values if v is not None] for values in zip(*first, strict=True)]
    return rows, estimates, samples or [[] for _ in range(columns)]


def _counted(asked: _Asked) -> Contents:
    """Count a column by its different values, of which there are few enough."""
    groups = asked.table.grouped(asked.cell)
    text = words("v")
    present, distinct, mean_words = groups.row(
        f"coalesce(sum(n) FILTER ({text} IS NOT NULL), 0), count(DISTINCT {text}), "
        f"sum(n * ({_word_count(text)})) FILTER ({text} IS NOT NULL)"
    )
    return Contents(
        name=asked.name,
        rows=asked.rows,
        present=int(present),
        distinct=distinct,
        words=float(mean_words or 0) / max(1, int(present)),
        cards=_share(asked.sample, is_token),
        values=_values(groups, text) if distinct <= FEW else (),
        example=asked.sample[0] if asked.sample else "",
        **_read(asked, groups, "v", "n"),
    )


def _scanned(asked: _Asked) -> Contents:
    """Count a column with many different values in as few looks at it as can be."""
    table, rows, sample, text = asked.table, asked.rows, asked.sample, words(asked.cell)
    full = asked.present == rows
    unique = full and asked.estimate >= NEARLY * rows and none_repeats(table, text, rows)
    return Contents(
        name=asked.name,
        rows=rows,
        present=asked.present,
        distinct=rows if unique else min(asked.estimate, asked.present - full),
        words=sum(len(value.split()) for value in sample) / max(1, len(sample)),
        cards=_share(sample, is_token),
        example=sample[0] if sample else "",
        **_read(asked, table, asked.cell, "1"),
    )


def none_repeats(table: Table, text: str, rows: int) -> bool:
    """Tell whether no two of so many rows have the same value of an SQL expression.

    Values are compared by their 64-bit hashes, some million at a time; where two hashes meet,
    by themselves.
    """
    passes = rows // HASHES_AT_ONCE + 1
    for turn in range(passes):
        found = table.column(f"hash({text})", f"hash({text}) % {passes} = {turn}")
        found.sort()
        twins = found[1:][found[1:] == found[:-1]]
        if len(twins) > CHANCE:
            return False
        for twin in twins:
            if table.row(f"count(*) > count(DISTINCT {text})", f"hash({text}) = {twin}")[0]:
                return False
    return True


def _sample(table: Table, c: str) -> list[str]:
    some = table.rows(words(c), f"{words(c)} IS NOT NULL", f"LIMIT {SAMPLE}")
    return [value for (value,) in some]


def _read(asked: _Asked, source: Table, c: str, weight: str) -> dict[str, Any]:
    """Return what the values of a column are as numbers, or else as moments."""
    sample = asked.sample
    if _share(sample, lambda found: NUMBERISH.fullmatch(found) is not None) >= HALF:
        written = _share(sample, lambda found: DATEISH.search(found) is not None)
        moments = 0.0 if written < MOSTLY or sample[0].isdecimal() else _moments(asked)
        numbers = {} if moments >= MOSTLY else _numbers(source, c, weight, sample, asked.present)
        if numbers or moments:
            return numbers or {"moments": moments}
    return {"moments": _moments(asked)}


def _numbers(table: Table, c: str, weight: str, sample: list[str], present: int) -> dict[str, Any]:
    style, seen = Style.PLAIN, None
    if all(PLAIN.fullmatch(found) for found in sample):
        seen = _as_numbers(table, c, weight, style)
    if seen is None or seen[0] < present:
        style = _style(table, words(c)) if _others(table, c) else style
        seen = _as_numbers(table, c, weight, style)
    count, low, high, whole = seen
    if not count:
        return {}
    rounded = 0
    if max(-low, high) >= LONG_NUMBER:
        spoilt = f"contains(upper({c}), 'E+') AND regexp_matches({c}, {literal(ROUNDED)})"
        rounded = table.row(f"coalesce(sum({weight}), 0)", spoilt)[0]
    comma = style is Style.COMMA
    return {"numbers": int(count), "comma": comma, "low": low, "high": high, "whole": whole,
            "rounded": int(rounded)}  # fmt: skip


def _as_numbers(table: Table, c: str, weight: str, style: Style) -> tuple[Any, ...]:
    """Return how many values are numbers, the least, the most, and whether all are whole."""
    seen = table.selection(f"{number(words(c), style)} AS value, {weight} AS w")
    return seen.row(
        "coalesce(sum(w) FILTER (value IS NOT NULL), 0), min(value), max(value), "
        "bool_and(value = trunc(value))"
    )


def _others(table: Table, c: str) -> bool:
    """Tell whether some value says something and is no plain number."""
    value = number(words(c), Style.PLAIN)
    where = f"{c} IS NOT NULL AND ({value}) IS NULL AND {filled(c)} IS NOT NULL"
    return bool(table.rows("1", where, "LIMIT 1"))


def _style(table: Table, text: str) -> Style:
    """Return how numbers are written that are not all plain: with a decimal comma where some
    value can only have one and none can only have a decimal point."""
    evidence = (comma_evidence(text), point_evidence(text))
    comma, point = table.row(", ".join(f"coalesce(bool_or({e}), FALSE)" for e in evidence))
    return Style.COMMA if comma and not point else Style.POINT


def _moments(asked: _Asked) -> float:
    if _share(asked.sample, lambda found: DATEISH.search(found) is not None) < MOSTLY:
        return 0.0
    some = asked.table.head(f"{words(asked.cell)} IS NOT NULL", SAMPLE)
    clock = read_clock(some, [(asked.name, asked.cell)])
    return 1 - clock.broken / clock.present if clock.kind == "date" else 0.0


def _values(groups: Table, text: str) -> tuple[tuple[str, int], ...]:
    then = "GROUP BY ALL ORDER BY n DESC, v"
    counted = groups.rows(f"{text} AS v, sum(n) AS n", f"{text} IS NOT NULL", then)
    return tuple((value, int(count)) for value, count in counted)


def _word_count(text: str) -> str:
    return f"length({text}) - length(replace({text}, ' ', '')) + 1"


def _share(sample: list[str], test: Callable[[str], bool]) -> float:
    return sum(test(value) for value in sample) / len(sample) if sample else 0.0


def currency_of(contents: Sequence[Contents], columns: Sequence[Column]) -> str:
    """Return the sign of the currency that amounts, or a column beside them, name; "" for none."""
    amounts = [column.name for column in columns if column.role is Role.AMOUNT]
    told = [p.name for p in contents if p.name in amounts]
    told += [p.example for p in contents if p.name in amounts]
    told += [p.example for p in contents if p.distinct == 1 and "currency" in p.name.lower()]
    return next((sign for text in told if (sign := currency_in(text))), "")
