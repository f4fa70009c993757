"""Bring a model's scores back to real probabilities."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def correct_for_sampling(score: Floats, kept_share: float) -> Floats:
    """Return probabilities for the real mix, from scores learned on a sample of it.

    `score` (n,) is the probability learned when every fraud but only `kept_share` (0 to 1]
    of the legitimate rows was kept: p = b·s / (b·s − s + 1). Empty in, empty out.
    Source: Dal Pozzolo et al., "Calibrating Probability with Undersampling for Unbalanced
    Classification", 2015, equation 4.

    Raises ValueError when `kept_share` lies outside (0, 1].
    """
    if not 0 < kept_share <= 1:
        raise ValueError(f"kept_share must be above 0 and at most 1, got {kept_share}")
    score = np.asarray(score, dtype=np.float64)
    return kept_share * score / (kept_share * score - score + 1)
