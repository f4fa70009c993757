"""What may be done to a curve before it is drawn: a centred mean, and fewer points.

The mean is centred because exponential smoothing lies above a falling loss, as if training
went worse than it did.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


def smoothed(values: ArrayLike, window: int) -> Floats:
    """Return the centred mean of `window` points (n,); the ends use what they have.

    A value that is not a number is left out of the means around it, and stays a gap where it
    stands. A window below 2 returns the values. Empty in, empty out.
    """
    heights: Floats = np.asarray(values, dtype=np.float64)
    if window < 2:
        return heights
    series = pd.Series(heights)
    mean = series.rolling(window, center=True, min_periods=1).mean()
    smooth: Floats = mean.where(series.notna()).to_numpy(dtype=np.float64)
    return smooth


def extremes(values: ArrayLike, at_most: int) -> Places:
    """Return the places of the points to draw of a curve (n,), rising, `at_most` of them or all.

    The curve is cut into stretches of equal length; of each the lowest and the highest value
    stay, so a spike of one point survives, and so do the first and the last point. A value
    that is not a number counts as the highest: a loss that diverged must not vanish.

    Raises ValueError when `at_most` is below 4.
    """
    if at_most < 4:
        raise ValueError(f"at_most must be at least 4, got {at_most}")
    heights: Floats = np.asarray(values, dtype=np.float64)
    if len(heights) <= at_most:
        return np.arange(len(heights), dtype=np.int64)
    heights = np.where(np.isnan(heights), np.inf, heights)
    stretches = np.array_split(np.arange(len(heights)), at_most // 2 - 1)
    lowest = [part[heights[part].argmin()] for part in stretches]
    highest = [part[heights[part].argmax()] for part in stretches]
    return np.unique([0, *lowest, *highest, len(heights) - 1]).astype(np.int64)
