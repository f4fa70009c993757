"""In which options runs differ, and where each run stands on an axis of its own per option."""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LOG_FROM = 50.0  # times between the lowest and the highest value from which an axis is logarithmic


@dataclass(frozen=True)
class Axis:
    """One option or result over several runs: its distinct values and where they stand."""

    key: str
    values: tuple[Any, ...]  # numbers rising, or texts in alphabetical order
    places: tuple[float, ...]  # of each value, 0 at the bottom to 1 at the top
    numeric: bool

    def place(self, value: object) -> float | None:
        """Return where a value stands; None when the run has no such value."""
        return self.places[self.values.index(value)] if value in self.values else None


def differing(options: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names of options that are not the same in all runs, in order of appearance.

    An option that one run has and another has not differs. Fewer than two runs differ in
    nothing.
    """
    names = dict.fromkeys(name for each in options for name in each)
    return [name for name in names if len({_seen(each.get(name)) for each in options}) > 1]


def axis(key: str, values: Sequence[Any]) -> Axis | None:
    """Return the axis of the values of runs (n,), None where fewer than two values differ.

    None and NaN among the values are runs without one. Numbers stand in proportion, by their
    logarithm when all are positive and span more than 50 times; texts stand evenly spaced.
    """
    known = {each for each in values if not _is_missing(each)}
    numeric = bool(known) and all(_is_number(each) for each in known)
    distinct = sorted(known) if numeric else sorted(known, key=str)
    if len(distinct) < 2:
        return None
    heights = [float(n) for n in (distinct if numeric else range(len(distinct)))]
    if numeric and heights[0] > 0 and heights[-1] / heights[0] > LOG_FROM:
        heights = [math.log(height) for height in heights]
    low, high = heights[0], heights[-1]
    places = tuple((height - low) / (high - low) for height in heights)
    return Axis(key, tuple(distinct), places, numeric)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _seen(value: object) -> Hashable:
    """A value as it is compared: 1 and 1.0 are the same, 1 and True are not."""
    if isinstance(value, list | dict):
        return repr(value)
    return (isinstance(value, bool), value)
