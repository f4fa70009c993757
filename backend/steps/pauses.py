"""When transactions stop: days without any, sudden jumps in their number, dates without a clock."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from backend.steps.checkup import Example, Offer, Problem, Severity
from backend.steps.columns import Role, named
from backend.steps.outline import Outline
from backend.steps.recipe import Fix, Kind

DAY, WEEK = 86_400.0, 7
GAPS, JUMP, NO_CLOCK = "time-gaps", "volume-jump", "no-time-of-day"
SHORTEST_SPAN = 7  # days; a shorter file has no habits to break
LONGEST_SPAN = 200_000  # days; more is a broken time, told elsewhere
BUSY = 5  # transactions on a usual day, from which an empty day is worth a word
LONG_GAP = 7  # days
FEWEST_WEEKS, TENFOLD = 4, 10
Counts = NDArray[np.int64]
Run = tuple[int, int]  # days of a stretch: first, one after the last


def gaps(outline: Outline) -> Iterator[Problem]:
    """Yield a problem when whole days inside the span hold no transaction.

    A file whose usual day is almost empty has no gaps, and neither has one that only rests
    on the same days of every week, or whose clock counts in months.
    """
    first, counts = _by_day(outline)
    busy = counts > 0
    usual = float(np.median(counts[busy])) if busy.any() else 0.0
    if len(counts) < SHORTEST_SPAN or usual < BUSY or not (busy[1:] & busy[:-1]).any():
        return
    runs = [run for run in _empty_runs(counts) if not _is_weekend(counts, run)]
    if not runs:
        return
    days = sum(end - start for start, end in runs)
    start, end = max(runs, key=lambda run: run[1] - run[0])
    yield Problem(
        key=GAPS,
        severity=Severity.WARNING if end - start >= LONG_GAP else Severity.NOTE,
        title=f"{_days(days)} without a transaction",
        detail=f"The longest gap is {_span(outline, first, (start, end))}; a usual day has "
        f"{usual:,.0f} transactions. Look whether an export is missing.",
        count=days,
        examples=_around(outline, first, (start, end)),
        offers=(Offer("Nothing is missing", (Fix(Kind.KEEP, "", GAPS),)),),
    )


def jumps(outline: Outline) -> Iterator[Problem]:
    """Yield a problem when one whole week has ten times as many, or as few, as the one before."""
    first, counts = _by_day(outline)
    weeks = counts[: len(counts) // WEEK * WEEK].reshape(-1, WEEK).sum(axis=1)
    if len(weeks) < FEWEST_WEEKS:
        return
    high, low = np.maximum(weeks[:-1], weeks[1:]), np.minimum(weeks[:-1], weeks[1:])
    busy = high >= max(BUSY * WEEK, float(np.median(weeks)))
    found = np.flatnonzero((high >= TENFOLD * low) & (low > 0) & busy)
    if len(found) == 0:
        return
    at = int(found[0])
    start = (at + 1) * WEEK
    yield Problem(
        key=JUMP,
        severity=Severity.WARNING,
        title=f"From {weeks[at]:,} to {weeks[at + 1]:,} transactions within a week",
        detail=f"The jump is at {_when(outline, first, start)}. Two sources put together look "
        "like this, and a model then learns the seam.",
        count=len(found),
        examples=_around(outline, first, (start, start)),
        offers=(Offer("It was so", (Fix(Kind.KEEP, "", JUMP),)),),
    )


def no_time_of_day(outline: Outline) -> Iterator[Problem]:
    """Yield a note when every date stands without a time of day."""
    if outline.typed.clock.kind != "date":
        return
    times, days, midnights = outline.brief.row(
        f"count(time), count(DISTINCT time), count(*) FILTER (time % {DAY} = 0)"
    )
    if midnights < times or days < 2:
        return
    yield Problem(
        key=NO_CLOCK,
        severity=Severity.NOTE,
        title="Dates carry no time of day",
        detail="Hours cannot be learned from, and payments of one day keep the order of the file.",
        count=times,
        column=" + ".join(named(outline.columns, Role.TIME)),
    )


def _by_day(outline: Outline) -> tuple[int, Counts]:
    """Return the first day (days since 1970 or since the start) and the rows of every day."""
    what = f"CAST(floor(time / {DAY}) AS BIGINT) AS day, count(*)"
    found = outline.brief.rows(what, "time IS NOT NULL", "GROUP BY day ORDER BY day")
    if not found or found[-1][0] - found[0][0] > LONGEST_SPAN:
        return 0, np.zeros(0, dtype=np.int64)
    days, rows = np.array(found, dtype=np.int64).T
    counts = np.zeros(days[-1] - days[0] + 1, dtype=np.int64)
    counts[days - days[0]] = rows
    return int(days[0]), counts


def _empty_runs(counts: Counts) -> list[Run]:
    empty = np.concatenate([[False], counts == 0, [False]])
    edges = np.flatnonzero(empty[1:] != empty[:-1])
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _is_weekend(counts: Counts, run: Run) -> bool:
    """Tell whether every day of a run is a weekday on which the file never has a transaction."""
    return all(not counts[day % WEEK :: WEEK].any() for day in range(*run))


def _around(outline: Outline, first: int, run: Run) -> tuple[Example, ...]:
    """The last row before a stretch of days and the first one after it."""
    start, end = ((first + day) * DAY for day in run)
    before = outline.brief.row(f"max_by(row, time) FILTER (time < {start})")
    after = outline.brief.row(f"min_by(row, time) FILTER (time >= {end})")
    return outline.rows([row for (row,) in (before, after) if row is not None])


def _span(outline: Outline, first: int, run: Run) -> str:
    start, last = run[0], run[1] - 1
    if start == last:
        return f"1 day, {_when(outline, first, start)}"
    when = f"{_when(outline, first, start)} to {_when(outline, first, last)}"
    return f"{_days(last - start + 1)}, {when}"


def _when(outline: Outline, first: int, day: int) -> str:
    if outline.typed.clock.kind != "date":
        return f"day {first + day + 1}"
    when = datetime.fromtimestamp((first + day) * DAY, UTC)
    return f"{when.day} {when:%b %Y}"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number:,} days"
