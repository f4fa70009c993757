"""Hours and weekdays of the `_time` column."""

import numpy as np
from numpy.typing import NDArray

HOUR, DAY = 3_600.0, 86_400.0
THURSDAY = 3  # the weekday on which 1970 began, Monday being 0


def hour_of(time: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the hour of day, 0 up to 24 with its fraction, of seconds (n,); NaN stays NaN.

    On an elapsed clock it is the hour since the start, modulo a day: the same rhythm, with
    an unknown shift.
    """
    return np.mod(time, DAY) / HOUR


def weekday_of(time: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weekday, 0 Monday to 6 Sunday, of seconds since 1970 UTC (n,); NaN stays."""
    days: NDArray[np.float64] = np.floor(time / DAY)
    return np.mod(days + THURSDAY, 7)
