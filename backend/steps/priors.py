"""What probabilities and figures become where fraud is rarer or more frequent than in the data.

Of two mixes that differ only in their share of frauds: the frauds look alike in both, and so
do the legitimate transactions.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

CELLS = 1_000  # groups of nearly equal odds that an estimate reads instead of rows
RESAMPLES, SEED = 500, 0
HALVINGS = 50  # of the interval 0 to 1: as close as a double comes
NEAREST = 1e-12


@dataclass(frozen=True)
class Estimate:
    """A share of frauds that nobody labelled, with its 95% interval; 0 to 1."""

    rate: float
    low: float
    high: float


def adjust(score: ArrayLike, prevalence: float, expected: float) -> Floats:
    """Return what probabilities (n,) become where the share of frauds is `expected`.

    p' = p·(q/π) / (p·(q/π) + (1 − p)·(1 − q)/(1 − π)), with π the `prevalence` for which the
    scores are right. Source: Saerens et al., "Adjusting the Outputs of a Classifier to New a
    Priori Probabilities", 2002, equation 2.4. Empty in, empty out.

    Raises ValueError when a share lies outside its range: π inside 0 to 1, q from 0 to 1.
    """
    _check("prevalence", prevalence, inside=True)
    _check("expected", expected)
    chance = np.asarray(score, dtype=np.float64)
    fraud, legitimate = weights(prevalence, expected)
    weighed: Floats = chance * fraud
    return weighed / (weighed + (1 - chance) * legitimate)


def weights(prevalence: ArrayLike | None, expected: float | None) -> tuple[Floats, Floats]:
    """Return how often a fraud and a legitimate row count where `expected` is the fraud rate.

    q/π and (1 − q)/(1 − π), each of the shape of `prevalence`: sums over the rows then are
    those of a mix with rate q and as many rows. 1 and 1 when nothing is expected, and where the
    rows hold one class only.
    """
    share = np.asarray(np.nan if prevalence is None else prevalence, dtype=np.float64)
    if expected is None:
        return np.ones(share.shape), np.ones(share.shape)
    mixed = (share > 0) & (share < 1)
    fraud = np.divide(expected, share, out=np.ones(share.shape), where=mixed)
    return fraud, np.divide(1 - expected, 1 - share, out=np.ones(share.shape), where=mixed)


def precision_at(
    recall: ArrayLike, false_positive_rate: ArrayLike, expected: float
) -> Floats | float:
    """Return the precision where the share of frauds is `expected`: TPR·q / (TPR·q + FPR·(1 − q)).

    Of arrays (m,) an array, of numbers a number; NaN where nothing is alerted.

    Raises ValueError when q lies outside 0 to 1.
    """
    _check("expected", expected)
    found = np.asarray(recall, dtype=np.float64) * expected
    alerts = found + np.asarray(false_positive_rate, dtype=np.float64) * (1 - expected)
    share = np.divide(found, alerts, out=np.full(alerts.shape, np.nan), where=alerts > 0)
    return float(share) if share.ndim == 0 else share


def estimate(score: ArrayLike, prevalence: float) -> Estimate | None:
    """Return the share of frauds among unlabelled rows, from their scores alone.

    `score` (n,) are probabilities right for a share of `prevalence`; a score that is not
    calibrated misleads. The estimate is the fixed point of the expectation-maximisation of
    Saerens et al. 2002, section 3: the likeliest q, found by halving since the likelihood has
    one peak. The interval is the percentile bootstrap of rows, 500 times. None without rows.

    Raises ValueError when `prevalence` does not lie inside 0 to 1.
    """
    _check("prevalence", prevalence, inside=True)
    chance = np.clip(np.asarray(score, dtype=np.float64), NEAREST, 1 - NEAREST)
    if not len(chance):
        return None
    fraud, rows = _cells(chance)
    ratio = fraud / prevalence - (1 - fraud) / (1 - prevalence)
    legitimate = (1 - fraud) / (1 - prevalence)
    drawn = np.random.default_rng(SEED).multinomial(len(chance), rows / rows.sum(), RESAMPLES)
    rates = _likeliest(np.vstack([rows, drawn]).astype(np.float64), ratio, legitimate)
    low, high = np.quantile(rates[1:], [0.025, 0.975])
    return Estimate(float(rates[0]), float(low), float(high))


def _cells(chance: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return mean score and number of rows (m,) of rows whose log-odds hardly differ."""
    odds = np.log(chance) - np.log1p(-chance)
    edges = np.linspace(odds.min(), odds.max(), CELLS + 1)[1:-1]
    cell = np.searchsorted(edges, odds, side="right")
    rows = np.bincount(cell, minlength=CELLS)
    held = rows > 0
    return np.bincount(cell, weights=chance, minlength=CELLS)[held] / rows[held], rows[held]


def _likeliest(rows: Floats, ratio: Floats, legitimate: Floats) -> Floats:
    """Return the q (b,) for each (b, m) at which Σ rows·log(q·ratio + legitimate) peaks."""
    low, high = np.zeros(len(rows)), np.ones(len(rows))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        slope = (rows * ratio / (middle[:, None] * ratio + legitimate)).sum(axis=1)
        low, high = np.where(slope > 0, middle, low), np.where(slope > 0, high, middle)
    found: Floats = (low + high) / 2
    return found


def _check(name: str, share: float, inside: bool = False) -> None:
    if not (0 < share < 1 if inside else 0 <= share <= 1):
        raise ValueError(f"{name} must lie {'inside' if inside else 'from'} 0 to 1, got {share}")
