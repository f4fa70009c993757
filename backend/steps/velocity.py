"""What lies behind each event: how many, how much, how varied, strictly before it.

Events are sorted by key (customer, counterparty, ...), then time, then amount. A window is a run
of them, from `start` up to but without `end`, so one vectorised pass answers for all asked events.
Sums are folded from runs of 1, 2, 4, ... events inside the window and never by subtracting longer
sums: what a window gives depends on its own events alone, to the last bit, however many others
there are. That is why one transaction by itself gets the very numbers it gets among millions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Past:
    """Where the past of the asked events lies among the sorted ones."""

    asked: Places  # (m,) places of the asked events, ascending
    first: Places  # (m,) place of the oldest event with the same key
    end: Places  # (m,) place of the first that is not earlier: equal times see nothing of another
    starts: dict[int, Places]  # window in seconds -> (m,) place of the oldest event in it


@dataclass(frozen=True)
class Moments:
    """Count, sum and spread of what is known in each window (m,)."""

    count: Places
    total: Floats  # 0 where nothing is known
    mean: Floats  # NaN where nothing is known
    deviation: Floats  # of a sample (divided by n - 1); NaN below two
    highest: Floats  # NaN where nothing is known


def look_back(
    key: NDArray[np.int64], time: Floats, asked: Places, windows: Sequence[int] = ()
) -> Past:
    """Return where the past of the `asked` events (m,), ascending, lies.

    `key` (n,) groups events, equal ones side by side; `time` (n,) in seconds ascends within a
    key and is never NaN; `windows` in seconds ascend. An event exactly as old as a window is
    long still lies in it.
    """
    begins = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])[: len(key)])
    first = begins[np.searchsorted(begins, asked, side="right") - 1] if len(key) else asked
    past = Past(asked, first, not_before(time, first, asked, time[asked]), {})
    high = past.end
    for window in windows:
        high = past.starts[window] = not_before(time, first, high, time[asked] - window)
    return past


def not_before(time: Floats, low: Places, high: Places, moment: Floats) -> Places:
    """Return the first place from `low` up to `high` (m,) whose time is not before `moment` (m,).

    That is `high` where every time between is earlier.
    """
    for _ in range(int((high - low).max(initial=0)).bit_length()):
        middle = (low + high) >> 1
        earlier = (time[middle] < moment) & (low < high)
        low, high = np.where(earlier, middle + 1, low), np.where(earlier, high, middle)
    return low


def moments(values: Floats, start: Places, end: Places) -> Moments:
    """Return the moments of the finite values (n,) in each window (m,).

    Halves are merged as in Chan, Golub and LeVeque 1983, so equal values have no deviation.
    """
    known = np.isfinite(values)
    before = np.concatenate([[0], np.cumsum(known)])
    at, count = before[start], before[end] - before[start]
    total, square = np.zeros(len(at)), np.zeros(len(at))
    highest = np.full(len(at), -np.inf)
    sums = peaks = values[known]
    squares = np.zeros(len(sums))  # of the distances from the mean of the run
    done = np.zeros(len(at))
    for bit in range(int(count.max(initial=0)).bit_length()):
        size, half = 1 << bit, (1 << bit) >> 1
        if half:
            ahead = sums[half:]
            squares = squares[:-half] + squares[half:] + (ahead - sums[:-half]) ** 2 / size
            sums, peaks = sums[:-half] + ahead, np.maximum(peaks[:-half], peaks[half:])
        some = np.flatnonzero(count & size)
        run, had = at[some], done[some]
        apart = sums[run] / size - total[some] / np.maximum(had, 1)
        square[some] += squares[run] + apart**2 * had * size / (had + size)
        total[some] += sums[run]
        highest[some] = np.maximum(highest[some], peaks[run])
        at[some] += size
        done[some] += size
    mean = np.divide(total, count, out=np.full(len(at), np.nan), where=count > 0)
    spread = np.divide(square, count - 1, out=np.full(len(at), np.nan), where=count > 1)
    return Moments(count, total, mean, np.sqrt(spread), np.where(count > 0, highest, np.nan))


def following(key: NDArray[np.int64], value: NDArray[np.int64]) -> Places:
    """Return the place of the next event with the same key and value (n,); n where none follows."""
    order = np.lexsort((value, key))
    same = (key[order[1:]] == key[order[:-1]]) & (value[order[1:]] == value[order[:-1]])
    next_one = np.full(len(key), len(key), dtype=np.int64)
    next_one[order[:-1][same]] = order[1:][same]
    return next_one


def distinct(value: NDArray[np.int64], next_one: Places, start: Places, end: Places) -> Places:
    """Return how many different values lie in each window (m,); a value below 0 is missing.

    `next_one` is what `following` says. Windows move forwards: `start` and `end` ascend. Each
    value counts through its last event in the window, and the windows for which an event is
    that one stand side by side.
    """
    event = np.flatnonzero(value >= 0)
    enters = np.searchsorted(end, event, side="right")
    leaves = np.minimum(
        np.searchsorted(end, next_one[event], side="right"),
        np.searchsorted(start, event, side="right"),
    )
    counts = enters < leaves
    windows = len(end) + 1
    change = np.bincount(enters[counts], minlength=windows) - np.bincount(
        leaves[counts], minlength=windows
    )
    found: Places = np.cumsum(change)[:-1]
    return found


def earliest(key: NDArray[np.int64], value: NDArray[np.int64], time: Floats) -> Floats:
    """Return the time of the first event with the same key and value (n,)."""
    order = np.lexsort((value, key))  # stable: within equals the oldest comes first
    begins = np.concatenate([
        [True],
        (key[order[1:]] != key[order[:-1]]) | (value[order[1:]] != value[order[:-1]]),
    ])[: len(key)]  # fmt: skip
    first = np.empty(len(key))
    first[order] = time[order][np.flatnonzero(begins)][np.cumsum(begins) - 1]
    return first
