"""Which rows of a part are used when all of them would take too long. Frauds always are."""

import math

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Labels = NDArray[np.int64]


def draw(label: Labels, negatives_per_fraud: float, seed: int) -> tuple[Rows, float]:
    """Return (row places in order, share of the legitimate rows kept).

    Every fraud (label 1) is kept, and for each of them `negatives_per_fraud` legitimate
    rows, drawn without replacement; 0 keeps all. With no fraud, all rows are kept.
    """
    fraud, legitimate = np.flatnonzero(label == 1), np.flatnonzero(label == 0)
    wanted = round(len(fraud) * negatives_per_fraud) or len(legitimate)
    kept = _some(legitimate, wanted, seed)
    share = len(kept) / len(legitimate) if len(legitimate) else 1.0
    return np.sort(np.concatenate([fraud, kept])), share


def rounds(
    label: Labels, negatives_per_fraud: float, epochs: int, seed: int
) -> tuple[list[Rows], float]:
    """Return (row places of each epoch, share of the legitimate rows kept in each).

    As `draw`, but every epoch draws its own legitimate rows, and none twice before all were
    used: the same work meets more of them. Measured better than one sample seen again.
    """
    fraud, legitimate = np.flatnonzero(label == 1), np.flatnonzero(label == 0)
    wanted = min(round(len(fraud) * negatives_per_fraud) or len(legitimate), len(legitimate))
    shuffled = np.random.default_rng(seed).permutation(legitimate)
    chosen = [
        np.take(shuffled, np.arange(epoch * wanted, (epoch + 1) * wanted), mode="wrap")
        for epoch in range(epochs if wanted else 0)
    ] or [legitimate] * epochs
    share = wanted / len(legitimate) if len(legitimate) else 1.0
    return [np.sort(np.concatenate([fraud, some])) for some in chosen], share


def few(label: Labels, frauds: int, negatives_per_fraud: float, seed: int) -> tuple[Rows, float]:
    """Return (row places in order, legitimate rows kept for each that keeping all frauds would).

    At most `frauds` frauds, 0 for all, and for each of them `negatives_per_fraud` legitimate
    rows, but never more of these, in share, than of the frauds: the second answer is in (0, 1].
    """
    fraud, legitimate = np.flatnonzero(label == 1), np.flatnonzero(label == 0)
    kept = _some(fraud, frauds or len(fraud), seed)
    fraud_share = len(kept) / max(len(fraud), 1)
    most = math.floor(len(legitimate) * fraud_share)
    wanted = max(min(round(len(kept) * negatives_per_fraud), most), 1)
    others = _some(legitimate, wanted, seed)
    share = min(len(others) / len(legitimate) / fraud_share, 1.0)
    return np.sort(np.concatenate([kept, others])), share


def look(
    label: Labels, frauds: int, legitimate: int, seed: int
) -> tuple[Rows, NDArray[np.float64]]:
    """Return (row places, how many rows each stands for), the fixed sample that is checked.

    At most `frauds` frauds and `legitimate` legitimate rows, drawn apart; the weights bring
    a loss or an AP measured on the sample back to the real mix. Empty in, empty out.
    """
    places, weights = [], []
    for value, at_most in ((1, frauds), (0, legitimate)):
        there = np.flatnonzero(label == value)
        kept = _some(there, at_most, seed)
        places.append(kept)
        weights.append(np.full(len(kept), len(there) / max(len(kept), 1)))
    return np.concatenate(places), np.concatenate(weights)


def _some(rows: Rows, at_most: int, seed: int) -> Rows:
    if len(rows) <= at_most:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, at_most, replace=False))
