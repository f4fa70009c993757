"""The one question a file may need: how dates and amounts are written, or what labels mean."""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import product

from backend.steps.canonical import NUMBERS, Canonical, cells
from backend.steps.checkup import Option, Question
from backend.steps.columns import Column, Role, named
from backend.steps.dates import Reading
from backend.steps.decimals import CHOICES, COMMA, POINT, Decimals
from backend.steps.duck import Table
from backend.steps.recipe import Fix, Kind, meanings
from backend.steps.values import NOTHING, means_a_label, number, words

WRITTEN, LABELS = "written", "labels"
EXAMPLES = 3
MOST_LABELS = 4  # different labels beyond which they are told apart one by one
SOUNDS_BAD = ("fraud", "phish", "smish", "scam", "bad", "anomal", "attack", "default", "stolen")
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
    return Question(WRITTEN, f"How are {what} written in this file?", options)


def labels(table: Table, columns: Sequence[Column], fixes: Sequence[Fix]) -> Question | None:
    """Ask which labels mean fraud, where a file has words of its own for all of them.

    None where any label is known or explained, and for more than a few different ones. What
    sounds like fraud comes first, then the rarest.
    """
    for name, c in cells(columns, Role.LABEL).items():
        said = f"lower(trim({c}))"
        then = f"GROUP BY v ORDER BY v LIMIT {MOST_LABELS + 9}"
        found = table.rows(f"{said} AS v, count(*) AS n", f"{words(c)} IS NOT NULL", then)
        counts = {value: count for value, count in found if value not in NOTHING}
        explained = any(means_a_label(value) for value in counts) or meanings(fixes, name)
        if explained or not 2 <= len(counts) <= MOST_LABELS:
            continue
        options = [_meaning(name, counts, {value}) for value in sorted(counts, key=_worst(counts))]
        if len(counts) > 2:
            usual = max(counts, key=lambda value: counts[value])
            options.append(_meaning(name, counts, counts.keys() - {usual}))
        return Question(LABELS, f"Which values of {name} mean fraud?", tuple(options))
    return None


def _worst(counts: Mapping[str, int]) -> Callable[[str], tuple[bool, int]]:
    return lambda value: (not any(sign in value for sign in SOUNDS_BAD), counts[value])


def _meaning(name: str, counts: Mapping[str, int], bad: Collection[str]) -> Option:
    parts = {
        "fraud": [value for value in counts if value in bad],
        "legitimate": [value for value in counts if value not in bad],
    }
    names = " and ".join(f'"{value}"' for value in parts["fraud"])
    label = f"{names} {'means' if len(parts['fraud']) == 1 else 'mean'} fraud"
    examples = tuple(
        f"{', '.join(values)}: {sum(counts[v] for v in values):,} rows {meaning}"
        for meaning, values in parts.items()
    )
    fixes = tuple(Fix(Kind.LABEL, name, f"{value}={meaning}")
                  for meaning, values in parts.items() for value in values)  # fmt: skip
    return Option(label, examples, fixes)


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
    days = ", ".join(f"strftime({s}, '%-d %B %Y') AS day{at}" for at, s in enumerate(stamps))
    found = table.rows(
        f"min({text}), {days}",
        f"{stamps[0]} IS DISTINCT FROM {stamps[1]}",
        f"GROUP BY ALL ORDER BY 1 LIMIT {EXAMPLES}",
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
    places = cells(columns, *NUMBERS)
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
