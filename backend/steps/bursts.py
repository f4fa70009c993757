"""Frauds come in bursts, one card after another: how much more they vary than one by one."""

import math

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def burst(labelled: Ints, frauds: Ints) -> float:
    """Variance over mean of the frauds of a period, at least 1; infinite where none can be told.

    From neighbours that both hold frauds, so that neither a trend nor a gap counts as a burst:
    given their sum, the frauds of one are binomial if they come one by one. Two of variance
    are added to the sum, so that few neighbours are not believed outright.
    """
    one, other = frauds[:-1], frauds[1:]
    both = (one > 0) & (other > 0)
    if not both.any():
        return math.inf
    share = labelled[:-1][both] / (labelled[:-1] + labelled[1:])[both]
    sums = (one + other)[both]
    squared = (one[both] - sums * share) ** 2 / (sums * share * (1 - share))
    return max(1.0, float(squared.sum() + 2) / len(squared))


def damped(factor: float) -> float:
    """What an expected fraud weighs in the chance of none: 1 one by one, less in bursts."""
    if math.isinf(factor):
        return 0.0
    return 1.0 if factor == 1 else math.log(factor) / (factor - 1)
