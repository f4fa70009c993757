"""Periods whose labels cannot be trusted: no label at all, or no fraud where that is implausible.

A period without any label is plain to see. A period in which every transaction is said to be
legitimate is greyed only when the frauds of the other periods make that implausible: a chance
below 0.1% of no fraud at all, Poisson's exp(-m) for m expected frauds where frauds come one by
one. They often come in bursts, one card after another, and then quiet weeks are natural. So
the chance is that of a negative binomial whose variance is `burst` times its mean:
burst^(-m / (burst - 1)), with the burst read off neighbouring periods. Measured on stretches of
60 to 180 days of Sparkov's fully labelled data: exp(-m) greys weeks in 102 of 125, this in 2.

Against false alarms, too, the usual rate is the smaller of two: the pooled rate of all other
periods, and the lower quartile of the rates of periods with fraud (weighted by their rows),
which a wave of fraud hardly moves. And nothing is called implausible unless at least three
periods, and half of those large enough to tell, hold frauds: where they lie in a minority of
periods, a wave and late labels look the same, and the analyst decides.
"""

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backend.steps import days
from backend.steps.bursts import burst, damped
from backend.steps.canonical import Canonical
from backend.steps.days import COUNTS, DAY
from backend.steps.duck import Table
from backend.steps.spans import Span
from backend.steps.weeks import MONDAY

SHORT = 183  # days; a shorter file is looked at by week
ENOUGH = -math.log(0.001)  # expected frauds, one by one, at which none has a chance of 0.1%
FEWEST = 3  # periods with frauds without which no rate is usual
LOWER = 0.25  # quantile of the rates that counts as usual

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def find(table: Table, typed: Canonical) -> list[Span]:
    """Return the periods whose labels cannot be trusted, adjacent ones merged, in one scan.

    `typed` says how the table's rows are read. Seconds: since 1970 for dates, else since the
    start. Empty without times, and where no row at all has a label.
    """
    counted = days.count(table, typed.expressions["_time"], typed.expressions["_label"])
    return uncovered(periods(counted, typed.clock.kind))


def periods(counted: pd.DataFrame, clock: str) -> pd.DataFrame:
    """Return one row per period with transactions, from what `days.count` gives.

    Columns: start, end (int, seconds), transactions, labelled, frauds (int), covered (bool).
    Calendar months; weeks where the days span less than half a year or count from the start.
    """
    if clock == "none" or counted.empty:
        return pd.DataFrame(columns=["start", "end", *COUNTS, "covered"])
    start, end = _bounds(counted["day"].to_numpy(), clock)
    frame = counted[list(COUNTS)].groupby([start, end]).sum()
    frame = frame.rename_axis(["start", "end"]).reset_index()
    labelled, frauds = frame["labelled"].to_numpy(), frame["frauds"].to_numpy()
    return frame.assign(covered=(labelled > 0) & ~implausible(labelled, frauds))


def uncovered(found: pd.DataFrame) -> list[Span]:
    """Return the periods that are not covered, adjacent ones merged; none when none is."""
    if not found["covered"].any():
        return []
    merged: list[Span] = []
    for start, end in found.loc[~found["covered"], ["start", "end"]].itertuples(index=False):
        if merged and merged[-1][1] == start:
            merged[-1] = (merged[-1][0], float(end))
        else:
            merged.append((float(start), float(end)))
    return merged


def implausible(labelled: Ints, frauds: Ints) -> NDArray[np.bool_]:
    """Tell which periods (n,) hold no fraud although the others let expect several."""
    some = frauds > 0
    if some.sum() < FEWEST:
        return np.zeros(len(frauds), dtype=bool)
    elsewhere = (frauds.sum() - frauds) / (labelled.sum() - labelled)
    usual = np.minimum(elsewhere, _lower_rate(labelled[some], frauds[some]))
    telling = labelled * usual * damped(burst(labelled, frauds)) > ENOUGH
    enough = 2 * (telling & some).sum() >= telling.sum()
    return np.asarray(telling & ~some & enough)


def _lower_rate(labelled: Ints, frauds: Ints) -> float:
    rate = frauds / labelled
    order = np.argsort(rate)
    rows_so_far = np.cumsum(labelled[order])
    return float(rate[order][np.searchsorted(rows_so_far, LOWER * rows_so_far[-1])])


def _bounds(day: Ints, clock: str) -> tuple[Ints, Ints]:
    if clock != "date" or day[-1] - day[0] + 1 < SHORT:
        origin = MONDAY if clock == "date" else 0
        first = (day - origin) // 7 * 7 + origin
        return first * DAY, (first + 7) * DAY
    month = day.astype("datetime64[D]").astype("datetime64[M]")
    start, end = (each.astype("datetime64[s]").astype(np.int64) for each in (month, month + 1))
    return start, end
