"""How far a column, or the score, has moved from the rows a model learned from.

The population stability index is Σ (c − b)·ln(c/b) over the shares b of the reference and c of
the current rows. That .10 is a shift and .25 a large one are conventions (Lewis, "An
Introduction to Credit Scoring", 1994), and few rows reach them by chance alone: so each index
comes with what chance would bring.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

BINS = 10  # deciles of the reference
MOST_GROUPS = 20  # categories told apart; the rest is one
RESAMPLES, SEED = 500, 0
CHANCE = 0.95  # share of indices without any drift that lie below `null_high`
SMOOTHING = 0.5  # rows added to each bin, so that an empty one has a logarithm: Jeffreys' prior

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Drift:
    """How far a column has moved, and how far chance alone would seem to move it."""

    psi: float
    null_high: float  # 95% of indices lie below it when nothing has moved

    @property
    def is_real(self) -> bool:
        """True when the index is more than chance would bring."""
        return self.psi > self.null_high


def psi(reference: ArrayLike, current: ArrayLike) -> Floats:
    """Return Σ (c − b)·ln(c/b) over the last axis of two arrays of shares, all above 0."""
    before, after = (np.asarray(each, dtype=np.float64) for each in (reference, current))
    index: Floats = np.sum((after - before) * np.log(after / before), axis=-1)
    return index


def compare(
    reference: ArrayLike | pd.Series, current: ArrayLike | pd.Series, bins: int = BINS
) -> Drift | None:
    """Return the drift of one column from the reference rows (n,) to the current ones (m,).

    Numbers are put in bins between quantiles of the reference, a value that several quantiles
    share in one of its own; of anything else the 20 commonest values of the reference count,
    and the rest as one. Missing is a bin too. `null_high` is the bootstrap under no drift: both
    drawn anew, as many rows, from all rows together. It takes rows for independent, so rows
    that come in bursts, by card or by day, drift a little by chance too. None without rows in
    one of the two.
    """
    before, after = pd.Series(reference), pd.Series(current)
    if before.empty or after.empty:
        return None
    numeric = all(pd.api.types.is_numeric_dtype(each) for each in (before, after))
    codes = _by_quantile(before, after, bins) if numeric else _by_value(before, after)
    held = 1 + max(int(each.max()) for each in codes)
    counts = np.stack([np.bincount(each, minlength=held) for each in codes])
    counts = counts[:, counts.sum(axis=0) > 0]
    draw, pooled = np.random.default_rng(SEED), counts.sum(axis=0) / counts.sum()
    again = [draw.multinomial(rows, pooled, RESAMPLES) for rows in (len(before), len(after))]
    null = psi(_shares(again[0]), _shares(again[1]))
    return Drift(float(psi(*_shares(counts))), float(np.quantile(null, CHANCE)))


def _shares(counts: Ints) -> Floats:
    smoothed = counts.astype(np.float64) + SMOOTHING
    shares: Floats = smoothed / smoothed.sum(axis=-1, keepdims=True)
    return shares


def _by_quantile(before: "pd.Series", after: "pd.Series", bins: int) -> tuple[Ints, Ints]:
    """Return the bin of each number, from 0 up; the last one holds the missing."""
    numbers = [each.to_numpy(dtype=np.float64, na_value=np.nan) for each in (before, after)]
    known = numbers[0][~np.isnan(numbers[0])]
    quantiles = np.quantile(known, np.arange(1, bins) / bins, method="lower") if len(known) else []
    edges, times = np.unique(quantiles, return_counts=True)
    edges = np.union1d(edges, np.nextafter(edges[times > 1], np.inf))
    place = [np.searchsorted(edges, each, side="right") for each in numbers]
    missing = len(edges) + 1
    one, other = (
        np.where(np.isnan(each), missing, at) for each, at in zip(numbers, place, strict=True)
    )
    return one, other


def _by_value(before: "pd.Series", after: "pd.Series") -> tuple[Ints, Ints]:
    common = before.value_counts().index[:MOST_GROUPS]
    known = [common.get_indexer(pd.Index(each)) for each in (before, after)]
    rest, missing = len(common), len(common) + 1
    one, other = (
        np.where(each.isna(), missing, np.where(at < 0, rest, at))
        for each, at in zip((before, after), known, strict=True)
    )
    return one, other
