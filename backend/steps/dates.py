"""Dates as people write them: which format a column has, and whether the day or month is first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.steps.duck import Table, literal

DAY_FIRST, MONTH_FIRST = "day first", "month first"
SAMPLE = 1000  # values by which formats are chosen that the whole column is then read with
ORDERED = 100_000  # first rows looked at for times that never go backwards
OLDEST = "TIMESTAMP '1000-01-01'"  # the first year of four digits
RISES = 5  # steps forward, and none back, that are no accident: one order in 120
CLEARLY = 5  # times as long a span makes one of two orders the wrong one
DAY_PARTS = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%I:%M:%S %p", "%I:%M %p", "")
DAYS = {  # how a date is written -> what we call it
    "%d/%m/%Y": "day/month/year",
    "%m/%d/%Y": "month/day/year",
    "%d/%m/%y": "day/month/year",
    "%m/%d/%y": "month/day/year",
    "%d.%m.%Y": "day.month.year",
    "%d.%m.%y": "day.month.year",
    "%d-%m-%Y": "day-month-year",
    "%m-%d-%Y": "month-day-year",
    "%d %b %Y": "day month year",
    "%d-%b-%Y": "day-month-year",
    "%b %d, %Y": "month day, year",
    "%Y%m%d": "yearmonthday",
    "%Y/%m/%d": "year/month/day",
    "%Y-%m-%d": "year-month-day",
}
FORMATS = {f"{day} {part}".strip(): what for day, what in DAYS.items() for part in DAY_PARTS}


@dataclass(frozen=True)
class Reading:
    """One way to read a column. `stamp` is SQL for a TIMESTAMP without a zone."""

    way: str  # strptime format
    stamp: str
    read: int = 0  # values it reads
    span: float = 0.0  # seconds between the first and the last
    others: tuple["Reading", ...] = ()  # as likely: only the analyst can tell them apart

    @property
    def title(self) -> str:
        return FORMATS[self.way]

    @property
    def order(self) -> str:
        """Day first, month first, or empty where the format leaves no doubt."""
        if self.way.startswith(("%d/", "%d-%m")):
            return DAY_FIRST
        return MONTH_FIRST if self.way.startswith(("%m/", "%m-")) else ""


def best_reading(table: Table, text: str, present: int, least: float, order: str) -> Reading | None:
    """Return how most of the `present` values are read; None when no format reads enough.

    Enough is the share `least` of them. `order` is what the analyst said, empty when nothing.
    Day and month are told apart by what the whole column holds: a day above 12, times that
    never go backwards in one order only, or one order that scatters the dates over a span
    five times as long. Where nothing tells, and where both orders occur, `others` holds the
    other order.
    """
    readings = [r for r in _promising(table, text) if not order or r.order in ("", order)]
    if not readings:
        return None
    counts = ", ".join(f"count({r.stamp}), {_span(r.stamp)}" for r in readings)
    found = table.row(counts)
    readings = [
        replace(r, read=found[2 * i], span=found[2 * i + 1] or 0.0) for i, r in enumerate(readings)
    ]
    best = min(readings, key=lambda r: (-r.read, r.span))
    other = next((r for r in readings if r.way == _sibling(best.way)), None)
    if other is not None:
        best = _told_apart(table, best, other, present, least)
    return best if best.others or best.read >= (0.5 if order else least) * present else None


def _promising(table: Table, text: str) -> list[Reading]:
    readings = {way: Reading(way, _stamp(text, way)) for way in FORMATS}
    some = table.head(f"{text} IS NOT NULL", SAMPLE)
    found = some.row(", ".join(f"count({r.stamp})" for r in readings.values()))
    hits = {way: count for way, count in zip(readings, found, strict=True) if count}
    ways = {way for way in hits if hits[way] * 4 >= max(hits.values())}
    ways |= {_sibling(way) for way in ways}
    return [readings[way] for way in FORMATS if way in ways]


def _stamp(text: str, way: str) -> str:
    """TIMESTAMP without a zone, NULL where this format does not read the text."""
    stamp = f"try_strptime({text}, {literal(way)})"
    # To DuckDB "24" is a year of four digits too: the year 24.
    return f"CASE WHEN {stamp} >= {OLDEST} THEN {stamp} END" if "%Y" in way else stamp


def _sibling(way: str) -> str:
    """Return the format with day and month swapped; the same where that is no format."""
    swapped = way.translate(str.maketrans("dm", "md"))
    return swapped if swapped in FORMATS else way


def _told_apart(table: Table, best: Reading, other: Reading, present: int, least: float) -> Reading:
    if other.way == best.way or other.read < least * present <= best.read:
        return best
    if best.read == present != other.read:
        return best
    differ, either = table.row(
        f"count(*) FILTER ({best.stamp} != {other.stamp}), "
        f"count(coalesce({best.stamp}, {other.stamp}))"
    )
    if (differ == 0 and best.read == either) or either < least * present:
        return best
    if best.read == other.read >= least * present:
        shorter, longer = sorted((best, other), key=lambda r: r.span)
        if shorter.span * CLEARLY < longer.span:
            return shorter
        rising = [r for r in (shorter, longer) if _rises(table, r.stamp)]
        if len(rising) == 1:
            return rising[0]
        best, other = shorter, longer
    return replace(best, others=(other,))


def _rises(table: Table, stamp: str) -> bool:
    some = table.head("TRUE", ORDERED).selection(f"{stamp} AS t, lag({stamp}) OVER () AS before")
    up, down = some.row("count(*) FILTER (t > before), count(*) FILTER (t < before)")
    return up >= RISES and not down


def _span(stamp: str) -> str:
    return f"epoch(max({stamp})) - epoch(min({stamp}))"


def orders(reading: Reading) -> Sequence[Reading]:
    """Return the ways between which the analyst must choose, likelier first; empty if none."""
    return (reading, *reading.others) if reading.others else ()
