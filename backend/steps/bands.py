"""Numbers as quantile bands: where a value lies among those the model learned from."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BANDS = 100
MISSING = -1

Floats = NDArray[np.float64]
Bands = NDArray[np.int64]


def edges(values: Floats) -> tuple[float, ...]:
    """Return the 99 inner quantiles of the finite values (n,); empty when there is none.

    Equal quantiles are kept: a value tied with several of them lies in the highest band.
    """
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return ()
    shares = np.arange(1, BANDS) / BANDS
    return tuple(float(edge) for edge in np.quantile(finite, shares, method="lower"))


def place(values: Floats, among: Sequence[float]) -> Bands:
    """Return the band of each value (n,): 0 lowest to 99 highest, -1 where it is missing."""
    band = np.searchsorted(np.asarray(among, dtype=np.float64), values, side="right")
    return np.where(np.isfinite(values), band, MISSING).astype(np.int64)


def worth(group: Bands, label: Floats) -> float:
    """Return how much of the label's variance the groups explain, 0 to 1 (eta squared).

    `group` (n,) holds small integers from -1 up, `label` (n,) is 1 for fraud. 0 when empty
    or when the label never varies.
    """
    spread = float(((label - label.mean()) ** 2).sum()) if label.size else 0.0
    if spread == 0:
        return 0.0
    code = group - group.min()
    count = np.bincount(code)
    total = np.bincount(code, weights=label)
    mean = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
    return float((count * (mean - label.mean()) ** 2).sum() / spread)
