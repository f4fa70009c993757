"""The one question a file may need: how its dates and amounts are written."""

from collections.abc import Sequence
from itertools import product

from backend.steps.canonical import Canonical, cells
from backend.steps.checkup import Option, Question
from backend.steps.columns import Column, Role, named
from backend.steps.dates import Reading
from backend.steps.decimals import CHOICES, COMMA, POINT, Decimals
from backend.steps.duck import Table
from backend.steps.recipe import Fix, Kind
from backend.steps.values import number, words

KEY = "written"
EXAMPLES = 3
DECIMAL_LABELS = {COMMA: "decimal comma", POINT: "decimal point"}


def written(table: Table, columns: Sequence[Column], typed: Canonical) -> Question | None:
    """Ask whether the day or the month stands first, and what the comma in a number means.

    None where the whole columns decide it. The likelier answer comes first; each shows how
    values of the file read under it.
    """
    ways = [*filter(None, (_dates(table, columns, typed), _decimals(table, columns, typed)))]
    if not ways:
        return None
    options = tuple(_together(chosen) for chosen in product(*ways))
    what = " and ".join(
        name
        for name, asked in (("dates", typed.clock.orders), ("amounts", typed.decimals.open))
        if asked
    )
    return Question(KEY, f"How are {what} written in this file?", options)


def _together(parts: Sequence[Option]) -> Option:
    label = ", ".join(part.label for part in parts)
    examples = tuple(example for part in parts for example in part.examples)
    fixes = tuple(fix for part in parts for fix in part.fixes)
    return Option(label[0].upper() + label[1:], examples, fixes)


def _dates(table: Table, columns: Sequence[Column], typed: Canonical) -> list[Option]:
    orders = typed.clock.orders
    if not orders:
        return []
    header = named(columns, Role.TIME)[0]
    stamps = [reading.stamp for reading in orders]
    text = typed.clock.given
    found = table.rows(
        f"DISTINCT {text}, " + ", ".join(f"strftime({s}, '%-d %B %Y')" for s in stamps),
        f"{stamps[0]} IS DISTINCT FROM {stamps[1]}",
        f"ORDER BY 1 LIMIT {EXAMPLES}",
    )
    return [_order(reading, header, [(row[0], row[at + 1]) for row in found])
            for at, reading in enumerate(orders)]  # fmt: skip


def _order(reading: Reading, header: str, found: list[tuple[str, str | None]]) -> Option:
    examples = tuple(
        f"{text} is {day}" if day else f"{text} is no date, and its row is put aside"
        for text, day in found
    )
    return Option(reading.order, examples, (Fix(Kind.DATES, header, reading.order),))


def _decimals(table: Table, columns: Sequence[Column], typed: Canonical) -> list[Option]:
    decimals = typed.decimals
    if not decimals.open:
        return []
    places = cells(columns, Role.AMOUNT, Role.NUMBER)
    name = next((n for n in decimals.open if n in named(columns, Role.AMOUNT)), decimals.open[0])
    text = words(places[name])
    readings = {choice: number(text, style) for choice, style in CHOICES.items()}
    found = table.rows(
        f"DISTINCT {text}, {readings[COMMA]}, {readings[POINT]}",
        f"{readings[COMMA]} != {readings[POINT]}",
        f"ORDER BY 1 LIMIT {EXAMPLES}",
    )
    values = {
        COMMA: [(text, comma) for text, comma, _ in found],
        POINT: [(text, point) for text, _, point in found],
    }
    return [_comma_or_point(choice, decimals, values[choice]) for choice in _likelier(decimals)]


def _likelier(decimals: Decimals) -> tuple[str, str]:
    return (COMMA, POINT) if decimals.suggested == COMMA else (POINT, COMMA)


def _comma_or_point(choice: str, decimals: Decimals, found: list[tuple[str, float]]) -> Option:
    examples = tuple(f"{text} is {value:.12g}" for text, value in found)
    fixes = tuple(Fix(Kind.DECIMALS, name, choice) for name in decimals.open)
    return Option(DECIMAL_LABELS[choice], examples, fixes)
