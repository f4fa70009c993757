"""Stretches of time whose labels do not count: from, until in seconds; the end is not in it."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Span = tuple[float, float]


def left_out(uncovered: Iterable[Sequence[float]], uses: bool) -> list[Span]:
    """Return the stretches whose labels do not count: none once the analyst uses them."""
    return [] if uses else [(start, end) for start, end in uncovered]


def within(time: NDArray[np.float64], spans: Iterable[Span]) -> NDArray[np.bool_]:
    """Tell which times (n,), in seconds, lie in any of the stretches; NaN lies in none."""
    inside = np.zeros(len(time), dtype=bool)
    for start, end in spans:
        inside |= (time >= start) & (time < end)
    return inside


def trusted(spans: Iterable[Span]) -> str:
    """Return SQL for the label of a typed row, NULL where it lies in one of the stretches."""
    inside = " OR ".join(f"(_time >= {start!r} AND _time < {end!r})" for start, end in spans)
    return f"CASE WHEN {inside} THEN NULL ELSE _label END" if inside else "_label"
