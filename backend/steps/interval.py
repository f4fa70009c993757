"""How well a share is known: Wilson's interval, in Python and in SQL."""

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Z = 1.959964  # 95%, both sides
Floats = NDArray[np.float64]


def at_once(intervals: int) -> float:
    """Return the normal quantile that makes so many intervals hold together at 95% (Bonferroni)."""
    return NormalDist().inv_cdf(1 - 0.025 / max(intervals, 1))


def wilson(hits: ArrayLike, rows: ArrayLike, z: float = Z) -> tuple[Floats, Floats]:
    """Return the lower and the upper end for each share hits / rows; NaN without rows.

    Method: Wilson 1927, as Brown, Cai and DasGupta 2001 recommend for rare events.
    """
    k, n = np.asarray(hits, dtype=np.float64), np.asarray(rows, dtype=np.float64)
    n = np.where(n > 0, n, np.nan)
    middle = (k + z * z / 2) / (n + z * z)
    half = z * np.sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def wilson_low(hits: str, rows: str) -> str:
    """Return SQL for the lower end, from SQL for the counts; `rows` must be above zero."""
    k, n, z = f"CAST({hits} AS DOUBLE)", f"CAST({rows} AS DOUBLE)", repr(Z)
    spread = f"{z} * sqrt({k} * ({n} - {k}) / {n} + {z} * {z} / 4)"
    return f"({k} + {z} * {z} / 2 - {spread}) / ({n} + {z} * {z})"
