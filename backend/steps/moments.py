"""How the time of a file is read: dates, epochs, seconds since a start, or parts of a date."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.steps.duck import Table, literal
from backend.steps.layout import fold
from backend.steps.values import Style, filled, number

MOST_BROKEN = 0.05  # share of times that may be unreadable; they count as missing
UTC_NOTE = "times without a zone are taken as UTC"
DAY_PARTS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "")
DAYS = {  # how a date is written -> what we call it
    "%d/%m/%Y": "day/month/year",
    "%m/%d/%Y": "month/day/year",
    "%d.%m.%Y": "day.month.year",
    "%d-%m-%Y": "day-month-year",
    "%m-%d-%Y": "month-day-year",
    "%d %b %Y": "day month year",
    "%d-%b-%Y": "day-month-year",
    "%b %d, %Y": "month day, year",
    "%Y%m%d": "yearmonthday",
}
# Least, most, parts of a second, name. Epochs lie between 1973 and 2103; smaller numbers
# count from a start of their own.
EPOCHS = (
    (1e8, 4.2e9, 1, "seconds"),
    (1e11, 4.2e12, 1_000, "milliseconds"),
    (1e14, 4.2e15, 1_000_000, "microseconds"),
    (1e17, 4.2e18, 1_000_000_000, "nanoseconds"),
)
UNITS = {  # header of a count -> seconds in one, name
    "step": (3600, "hours"),
    "hour": (3600, "hours"),
    "hours": (3600, "hours"),
    "minute": (60, "minutes"),
    "minutes": (60, "minutes"),
    "day": (86400, "days"),
    "days": (86400, "days"),
    "month": (2_629_800, "months of 30.4 days"),
}


@dataclass(frozen=True)
class Clock:
    kind: str  # date: seconds since 1970, UTC; elapsed: seconds since a start; none
    seconds: str  # SQL expression over the text table, double, NULL where unreadable
    why: str  # how it is read, for the analyst
    present: int = 0
    broken: int = 0  # values that cannot be read
    first_broken: str = ""


NO_CLOCK = Clock("none", "CAST(NULL AS DOUBLE)", "")


def read_clock(table: Table, columns: Sequence[tuple[str, str]]) -> Clock:
    """Decide how the time columns of a text table are read.

    `columns` are (header, SQL name) in file order: one column, a date and a time of day, or
    the parts of a date (Year, Month, Day, Time). Everything is decided by what the whole
    column holds; between day/month and month/day the reading with the shorter span wins,
    because the wrong one scatters days over a year. Without columns or values: kind none.
    """
    if not columns:
        return NO_CLOCK
    text = _joined(columns)
    stamp = f"epoch(TRY_CAST({text} AS TIMESTAMPTZ))"
    count = number(text, Style.PLAIN)
    present, stamps, numbers, low, high = table.row(
        f"count({text}), count({stamp}), count({count}), min({count}), max({count})"
    )
    if present == 0:
        return NO_CLOCK
    enough = (1 - MOST_BROKEN) * present
    if stamps >= enough:
        clock = Clock("date", stamp, f"dates and times, {UTC_NOTE}", present, present - stamps)
    elif numbers >= enough and not _is_compact(table, text, low, high):
        clock = _counted(fold(columns[0][0]), count, low, high)
        clock = replace(clock, present=present, broken=present - numbers)
    else:
        clock = _best_format(table, text, present)
    return clock if clock.broken == 0 else _with_example(table, text, clock)


def _joined(columns: Sequence[tuple[str, str]]) -> str:
    parts = {fold(name): filled(text) for name, text in columns}
    if not {"year", "month"} <= parts.keys():
        texts = [filled(text) for _, text in columns]
        return texts[0] if len(texts) == 1 else f"nullif(concat_ws(' ', {', '.join(texts)}), '')"
    day = _whole(parts["day"]) if "day" in parts else "1"
    moment = parts.get("time", "'00:00'")
    if "hour" in parts:
        moment = f"({_whole(parts['hour'])} || ':00')"
    date = f"{_whole(parts['year'])} || '-' || {_whole(parts['month'])} || '-' || {day}"
    return f"({date} || ' ' || {moment})"


def _whole(text: str) -> str:
    return f"CAST(TRY_CAST({text} AS DOUBLE) AS BIGINT)"


def _is_compact(table: Table, text: str, low: float, high: float) -> bool:
    """Tell whether these numbers are dates such as 20240131."""
    if not 19_000_101 <= low <= high <= 21_001_231:
        return False
    parsed = f"try_strptime({text}, '%Y%m%d')"
    present, dates = table.row(f"count({text}), count({parsed})")
    return bool(dates == present)


def _counted(name: str, count: str, low: float, high: float) -> Clock:
    for least, most, parts, unit in EPOCHS:
        if least <= low and high <= most:
            return Clock("date", f"{count} / {parts}", f"{unit} since 1970, UTC")
    seconds, unit = UNITS.get(name, (1, "seconds"))
    return Clock("elapsed", f"{count} * {seconds}", f"{unit} since the start of the file")


def _best_format(table: Table, text: str, present: int) -> Clock:
    formats = {f"{day} {part}".strip(): what for day, what in DAYS.items() for part in DAY_PARTS}
    readings = {way: f"epoch(try_strptime({text}, {literal(way)}))" for way in formats}
    counts = ", ".join(f"count({r}), max({r}) - min({r})" for r in readings.values())
    found = table.row(counts)
    ranked = [(-found[2 * i], found[2 * i + 1] or 0, way) for i, way in enumerate(formats)]
    missed, _, way = min(ranked)
    if -missed < (1 - MOST_BROKEN) * present:
        why = "a way of writing dates that we do not know"
        return Clock("none", NO_CLOCK.seconds, why, present, present)
    return Clock("date", readings[way], f"{formats[way]}, {UTC_NOTE}", present, present + missed)


def _with_example(table: Table, text: str, clock: Clock) -> Clock:
    broken = f"{text} IS NOT NULL AND ({clock.seconds}) IS NULL"
    return replace(clock, first_broken=str(table.rows(text, broken, "LIMIT 1")[0][0]))
