"""How the time of a file is read: dates, epochs, seconds since a start, or parts of a date."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.steps.dates import Reading, best_reading, orders
from backend.steps.duck import Table, literal
from backend.steps.layout import fold
from backend.steps.recipe import Fix, Kind
from backend.steps.values import Style, filled, number

MOST_BROKEN = 0.05  # share of times that may be unreadable
MOSTLY_READ = 0.5  # from here on a column is one of times, with unreadable ones in it
UTC = "UTC"
EARLIEST, LATEST = 86_400.0, 9.2e9  # 2 January 1970 to 2261; what lies outside is no payment
# Ends in a zone or an offset.
ZONED = r"(?i):\d\d\S*?\s*(z|utc|gmt|[-+]\d\d(:?\d\d)?|[a-z]+/[a-z_/]+)$"
APART = r"\s+([-+]\d\d:?\d\d)$"  # 12:00:00 +01:00: DuckDB wants no space there
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
OLDEST = "TIMESTAMPTZ '1000-01-01'"  # 21/06/20 is no day of the year 21
FEWEST, MOST = 19_000_101, 21_001_231  # dates such as 20240131, as numbers


@dataclass(frozen=True)
class Clock:
    """How times are read. `present` and `broken` count values over the whole column."""

    kind: str  # date: seconds since 1970, UTC; elapsed: seconds since a start; none
    seconds: str  # SQL expression over the text table, double, NULL where unreadable
    why: str  # how it is read, for the analyst
    present: int = 0
    broken: int = 0  # values that cannot be read
    first_broken: str = ""
    given: str = "CAST(NULL AS VARCHAR)"  # SQL: what stands in the file, NULL where nothing
    unit: str = ""  # of numbers that count since 1970
    naive: int = 0  # dates that do not say in which zone they are
    orders: tuple[Reading, ...] = ()  # day first or month first: only the analyst knows


NO_CLOCK = Clock("none", "CAST(NULL AS DOUBLE)", "")


def read_clock(
    table: Table, columns: Sequence[tuple[str, str]], fixes: Sequence[Fix] = ()
) -> Clock:
    """Decide how the time columns of a text table are read.

    `columns` are (header, SQL name) in file order: one column, a date and a time of day, or
    the parts of a date (Year, Month, Day, Time). Everything is decided by what the whole
    column holds, and by fixes that say whether the day or the month stands first, and in
    which zone times are that name none (UTC where nobody said). An hour that a change of
    clocks skips is read as the hour after it, one that it repeats as the second of the two.
    Without columns or values: kind none.
    """
    if not columns:
        return NO_CLOCK
    said = {fix.kind: fix.value for fix in fixes}
    zone = said.get(Kind.ZONE, UTC)
    text, given = _joined(columns), _given(columns)
    count, stamp, zoned = number(text, Style.PLAIN), _stamp(text), _zoned(text)
    epochs = ", ".join(f"count(*) FILTER ({count} BETWEEN {e[0]} AND {e[1]})" for e in EPOCHS)
    present, stamps, zones, numbers, compact, *counted = table.row(
        f"count({given}), count(*) FILTER ({stamp} > {OLDEST}), count(*) FILTER ({zoned}), "
        f"count({count}), count(*) FILTER ({count} BETWEEN {FEWEST} AND {MOST}), {epochs}"
    )
    if present == 0:
        return NO_CLOCK
    enough = (1 - MOST_BROKEN) * present
    clock = None
    if stamps >= enough or (zones and _apart(table, text) >= enough):
        clock = _iso(text, zone, zones, present - zones)
    elif numbers >= enough and not (compact >= enough and _is_compact(table, text, enough)):
        clock = _counted(fold(columns[0][0]), count, counted, enough)
    clock = clock or _written(table, text, present, said.get(Kind.DATES, ""), zone)
    if clock.kind == "none" and stamps >= MOSTLY_READ * present:
        clock = _iso(text, zone, zones, present - zones)  # with too many that cannot be
    return _with_broken(table, replace(clock, present=present, given=given))


def _joined(columns: Sequence[tuple[str, str]]) -> str:
    parts = {fold(name): filled(text) for name, text in columns}
    if not {"year", "month"} <= parts.keys():
        return _given(columns)
    day = _whole(parts["day"]) if "day" in parts else "1"
    moment = parts.get("time", "'00:00'")
    if "hour" in parts:
        moment = f"({_whole(parts['hour'])} || ':00')"
    date = f"{_whole(parts['year'])} || '-' || {_whole(parts['month'])} || '-' || {day}"
    return f"({date} || ' ' || {moment})"


def _given(columns: Sequence[tuple[str, str]]) -> str:
    texts = [filled(text) for _, text in columns]
    return texts[0] if len(texts) == 1 else f"nullif(concat_ws(' ', {', '.join(texts)}), '')"


def _whole(text: str) -> str:
    return f"CAST(TRY_CAST({text} AS DOUBLE) AS BIGINT)"


def _stamp(text: str) -> str:
    return f"TRY_CAST({text} AS TIMESTAMPTZ)"


def _zoned(text: str) -> str:
    return f"regexp_matches({text}, {literal(ZONED)})"


def _closed_up(text: str) -> str:
    return f"regexp_replace({text}, {literal(APART)}, '\\1')"


def _apart(table: Table, text: str) -> int:
    return int(table.row(f"count({_stamp(_closed_up(text))})")[0])


def _iso(text: str, zone: str, zones: int, naive: int) -> Clock:
    """Read 2024-03-09 12:00:00, with or without a zone at its end."""
    stamp = _stamp(_closed_up(text) if zones else text)
    seconds = f"epoch({stamp})"
    if zone != UTC:
        local = _in_zone(f"timezone('UTC', {stamp})", zone)
        seconds = f"CASE WHEN {_zoned(text)} THEN {seconds} ELSE {local} END" if zones else local
    if not naive:
        return Clock("date", seconds, "dates and times, each with its zone")
    some = " where no zone is named" if zones else ""
    return Clock("date", seconds, f"dates and times, {_note(zone)}{some}", naive=naive)


def _in_zone(stamp: str, zone: str) -> str:
    return f"epoch({stamp})" if zone == UTC else f"epoch(timezone({literal(zone)}, {stamp}))"


def _note(zone: str) -> str:
    return f"taken as {zone}"


def _is_compact(table: Table, text: str, enough: float) -> bool:
    """Tell whether these numbers are dates such as 20240131."""
    return bool(table.row(f"count(try_strptime({text}, '%Y%m%d'))")[0] >= enough)


def _counted(name: str, count: str, within: Sequence[int], enough: float) -> Clock:
    for found, (_, _, parts, unit) in zip(within, EPOCHS, strict=True):
        if found >= enough:
            why = f"{unit} since 1970, UTC"
            return Clock("date", f"{count} / {parts}", why, unit=unit)
    seconds, unit = UNITS.get(name, (1, "seconds"))
    return Clock("elapsed", f"{count} * {seconds}", f"{unit} since the start of the file")


def _written(table: Table, text: str, present: int, order: str, zone: str) -> Clock:
    best = best_reading(table, text, present, 1 - MOST_BROKEN, order)
    if best is None:
        return Clock("none", NO_CLOCK.seconds, "a way of writing dates that we do not know")
    why = f"{best.title}, {_note(zone)}"
    seconds = _in_zone(best.stamp, zone)
    return Clock("date", seconds, why, naive=best.read, orders=tuple(orders(best)))


def outside(clock: Clock, seconds: str) -> str:
    """Boolean expression: these seconds are no time, or one at which nobody can have paid."""
    if clock.kind != "date":
        return f"({seconds} IS NULL)"
    return f"({seconds} IS NULL OR {seconds} NOT BETWEEN {EARLIEST} AND {LATEST})"


def _with_broken(table: Table, clock: Clock) -> Clock:
    if clock.kind == "none":
        first = table.rows(clock.given, f"{clock.given} IS NOT NULL", "LIMIT 1")
        return replace(clock, broken=clock.present, first_broken=str(first[0][0]))
    broken = f"{clock.given} IS NOT NULL AND ({clock.seconds}) IS NULL"
    count, first = table.row(f"count(*) FILTER ({broken}), first({clock.given}) FILTER ({broken})")
    return replace(clock, broken=count, first_broken=first or "")
