"""Fold counted days into weeks."""

import math

import numpy as np
import pandas as pd

from backend.steps.bursts import burst
from backend.steps.days import COUNTS, DAY
from backend.steps.interval import Floats, Z, at_once, wilson

WEEK = 7 * DAY
MONDAY = 4  # 1970 began on a Thursday: the first Monday is four days later
LEGIBLE = 160  # points a chart of weeks can show
MOST_WEEKS = 5_000  # a stray date far away must not draw a century of empty weeks


def count(days: pd.DataFrame, clock: str) -> pd.DataFrame:
    """Return one row per week with start, transactions, labelled, frauds and complete.

    `days` is what `days.count` gives. start is a Monday (datetime64, UTC) where clock is
    "date", else a day offset (float). complete says that the data reaches from the week's
    first day to its last. Empty when no row has a time.
    """
    if clock == "none" or days.empty:
        return pd.DataFrame(columns=["start", *COUNTS, "complete"])
    origin = MONDAY if clock == "date" else 0
    day = days["day"].to_numpy()
    counted = days.groupby((day - origin) // 7)[list(COUNTS)].sum()
    first, last = int(counted.index[0]), int(counted.index[-1])
    if last - first < MOST_WEEKS:
        counted = counted.reindex(range(first, last + 1), fill_value=0)
    start = counted.index.to_numpy() * 7 + origin
    dated = pd.to_datetime(start, unit="D").as_unit("s")
    return pd.DataFrame({
        "start": dated if clock == "date" else start.astype(np.float64),
        **{name: counted[name].to_numpy(dtype=np.int64) for name in COUNTS},
        "complete": (start >= day[0]) & (start + 6 <= day[-1]),
    })  # fmt: skip


def thinned(weeks: pd.DataFrame, at_most: int = LEGIBLE) -> tuple[pd.DataFrame, int]:
    """Return the weeks in groups of so many that at most `at_most` rows are left, and how many.

    A group is complete when all of its weeks are there and complete.
    """
    many = -(-len(weeks) // at_most)
    if many <= 1:
        return weeks, 1
    grouped = weeks.groupby(np.arange(len(weeks)) // many)
    sums = {name: grouped[name].sum() for name in COUNTS}
    whole = grouped["complete"].all() & (grouped.size() == many)
    return pd.DataFrame({"start": grouped["start"].first(), **sums, "complete": whole}), many


def rates(weeks: pd.DataFrame, z: float = Z) -> tuple[Floats, Floats]:
    """Return the lower and the upper end of each week's fraud rate; NaN without labels.

    Wilson's interval of as many frauds and rows as there would be if they came one by one:
    both divided by the burst of the weeks, where neighbours tell one.
    """
    labelled, frauds = weeks["labelled"].to_numpy(), weeks["frauds"].to_numpy()
    factor = burst(labelled, frauds)
    factor = 1.0 if math.isinf(factor) else factor
    return wilson(frauds / factor, labelled / factor, z)


def peak(weeks: pd.DataFrame) -> int | None:
    """Return the position of the week whose fraud rate is highest, if that is surely high.

    Surely: its interval, at 95% for all weeks together, lies above the rate of all rows. None
    where no week stands out.
    """
    labelled, frauds = weeks["labelled"].to_numpy(), weeks["frauds"].to_numpy()
    if not frauds.sum():
        return None
    low = np.nan_to_num(rates(weeks, at_once(len(weeks)))[0])
    best = int(np.argmax(low))
    return best if low[best] > frauds.sum() / labelled.sum() else None
