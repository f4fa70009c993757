"""When frauds happen: by hour of day and weekday."""

import numpy as np
import pandas as pd

from backend.steps.clock import DAY, HOUR, THURSDAY
from backend.steps.days import COUNTS
from backend.steps.duck import Table
from backend.steps.interval import at_once, wilson

HOURS, WEEKDAYS = 24, 7


def count(table: Table, clock: str, label: str = "_label") -> pd.DataFrame:
    """Return rows by weekday (0 Monday) and hour (0 to 23), every hour of the week once.

    Columns: weekday, hour, transactions, labelled, frauds (int). Hours are those of the file,
    or of UTC where it names a zone. On an elapsed clock weekday counts days since the start,
    modulo 7. Empty where no row has a time.
    """
    hours, days = (f"CAST(floor(_time / {unit}) AS BIGINT)" for unit in (HOUR, DAY))
    shift = THURSDAY if clock == "date" else 0
    found = table.rows(
        f"(({days} + {shift}) % {WEEKDAYS} + {WEEKDAYS}) % {WEEKDAYS} AS weekday, "
        f"({hours} % {HOURS} + {HOURS}) % {HOURS} AS hour, "
        f"count(*), count({label}), count(*) FILTER ({label} = 1)",
        "_time IS NOT NULL",
        "GROUP BY weekday, hour",
    )
    frame = pd.DataFrame(found, columns=["weekday", "hour", *COUNTS])
    if frame.empty:
        return frame.astype("int64")
    week = pd.MultiIndex.from_product([range(WEEKDAYS), range(HOURS)], names=["weekday", "hour"])
    return frame.set_index(["weekday", "hour"]).reindex(week, fill_value=0).reset_index()


def by_hour(counted: pd.DataFrame) -> pd.DataFrame:
    """Return the counts of each hour of the day, 24 rows."""
    return counted.groupby("hour")[list(COUNTS)].sum()


def has_hours(counted: pd.DataFrame) -> bool:
    """Tell whether the file knows the time of day, and not just the date."""
    return int((by_hour(counted)["transactions"] > 0).sum()) > 1


def peak(counted: pd.DataFrame) -> tuple[int, int] | None:
    """Return the longest stretch of hours, as (from, until), whose fraud rate is surely high.

    Surely: the interval of each hour, at 95% for all 24 together, lies above the rate of all
    rows. (22, 3) runs over midnight, until 03:00. None where no hour stands out.
    """
    hours = by_hour(counted)
    labelled, frauds = hours["labelled"].to_numpy(), hours["frauds"].to_numpy()
    if not frauds.sum():
        return None
    low, _ = wilson(frauds, labelled, at_once(HOURS))
    high = np.nan_to_num(low) > frauds.sum() / labelled.sum()
    if not high.any() or high.all():
        return None
    start, length = max(_stretches(high), key=lambda one: one[1])
    return start, (start + length) % HOURS


def share_within(counted: pd.DataFrame, stretch: tuple[int, int]) -> tuple[float, float]:
    """Return which share of frauds and which share of labelled rows lies in some hours."""
    start, end = stretch
    sums = by_hour(counted)
    inside = (sums.index.to_numpy() - start) % HOURS < (end - start) % HOURS
    within, every = sums[inside].sum(), sums.sum()
    frauds, rows = (float(within[n] / max(every[n], 1)) for n in ("frauds", "labelled"))
    return frauds, rows


def _stretches(high: np.ndarray) -> list[tuple[int, int]]:
    found = []
    for hour in np.flatnonzero(high & ~np.roll(high, 1)):
        ahead = np.roll(high, -int(hour))
        found.append((int(hour), int(np.argmin(ahead))))
    return found
