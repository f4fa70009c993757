"""Is one run better than another, judged on the same resamples of the same test rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from backend.steps.metrics import FEW_FRAUDS, FEWEST_FRAUDS

SPAN = (0.025, 0.975)
FEWEST_BEYOND = 10  # replicates beyond zero; with fewer, counting them no longer tells p

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Verdict:
    """By how much a run's figure differs from another's. None is what cannot be had."""

    delta: float | None  # the run's figure less the other's
    low: float | None = None  # its 95% interval
    high: float | None = None
    p_value: float | None = None  # two-sided, of this one comparison
    better: bool | None = None  # None: not distinguishable, or not to be ranked
    reason: str = ""  # why neither better nor worse; "" when one of them


def interval(replicates: Floats) -> tuple[float, float]:
    """Return the 95% percentile interval of replicates (B,); NaN when there are none.

    Source: Efron and Tibshirani 1993, chapter 13.
    """
    if not len(replicates):
        return float("nan"), float("nan")
    low, high = np.quantile(replicates, SPAN)
    return float(low), float(high)


def compare(
    point: float | None,
    other: float | None,
    replicates: Floats,
    other_replicates: Floats,
    frauds: int,
    less_is_better: bool = False,
) -> Verdict:
    """Return whether a run is better than another by one figure.

    `point` and `replicates` (B,) are the run's, `other` and `other_replicates` (B,) those of
    the run it is held against, on the same resamples; `frauds` counts those of the test part.
    The run is better or worse only when the interval of the difference leaves zero out, and
    it is not ranked with fewer than 30 frauds; with fewer than 10 nothing is told.

    Raises ValueError when the replicates do not pair.
    """
    if point is None or other is None:
        return Verdict(None, reason="One of the runs has no figure to compare.")
    if frauds < FEWEST_FRAUDS:
        return Verdict(None, reason=_too_few(frauds, FEWEST_FRAUDS, "measure nothing but luck"))
    if len(replicates) != len(other_replicates):
        raise ValueError(f"{len(replicates)} and {len(other_replicates)} replicates do not pair")
    drawn = np.asarray(replicates, np.float64) - np.asarray(other_replicates, np.float64)
    delta, (low, high) = point - other, interval(drawn)
    if frauds < FEW_FRAUDS:
        return Verdict(delta, low, high, reason=_too_few(frauds, FEW_FRAUDS, "rank no models"))
    p = p_value(drawn)
    if low <= 0 <= high or np.isnan(low):
        reason = "Not distinguishable: the 95% interval of the difference holds zero."
        return Verdict(delta, low, high, p, reason=reason)
    return Verdict(delta, low, high, p, better=(low > 0) is not less_is_better)


def p_value(difference: Floats) -> float:
    """Return the two-sided p-value of paired differences (B,), B >= 1, being zero.

    2·(k + 1) / (B + 1), where k counts the replicates at or beyond zero on the rarer side
    (Davison and Hinkley 1997, section 4.4): it never falls below 2 / (B + 1), which no
    correction for many runs would survive. Where k < 10 the normal tail with the
    replicates' mean and spread is taken instead when it is lower.
    """
    beyond = min(int((difference <= 0).sum()), int((difference >= 0).sum()))
    counted = min(1.0, 2 * (beyond + 1) / (len(difference) + 1))
    spread = float(difference.std())
    if beyond >= FEWEST_BEYOND or spread <= 1e-12 * abs(float(difference.mean())):
        return counted
    return min(counted, 2 * NormalDist().cdf(-abs(float(difference.mean())) / spread))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for being several, in their order: step-down of Holm 1979."""
    order = np.argsort(p_values, kind="stable")
    count = len(p_values)
    adjusted = [0.0] * count
    highest = 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (count - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted


def _too_few(frauds: int, needed: int, what: str) -> str:
    return f"Only {frauds} frauds in the test part: fewer than {needed} {what}."
