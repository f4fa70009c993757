"""Are the scores probabilities? How far what was observed lies from what was said.

`label` is (n,) with 1 for fraud, `score` is (n,), a probability. Definitions: the evaluation
protocol in decisions/0006-evaluation.md.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import logit

from backend.steps.calibration import NEAREST, line
from backend.steps.interval import wilson

BINS = 15
TOP_SHARE = 0.01  # of the rows, those with the highest scores: where decisions fall
COLUMNS = ["score", "observed", "low", "high", "rows", "frauds"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


def equal_mass(score: ArrayLike, bins: int = BINS) -> Codes:
    """Return the bin (n,), 0 lowest, of each score: as many rows in each, ties never parted.

    Fewer bins than asked where ties span several. Empty in, empty out.
    """
    score = np.asarray(score, dtype=np.float64)
    if not len(score):
        return np.zeros(0, dtype=np.int64)
    edges = np.sort(score)[np.arange(1, bins) * len(score) // bins]
    code = np.searchsorted(np.unique(edges), score, side="right")
    return np.unique(code, return_inverse=True)[1].astype(np.int64)


def table(label: ArrayLike, score: ArrayLike, bins: int = BINS) -> pd.DataFrame:
    """Return one row per bin of equal mass, by rising score.

    Columns: score (its mean), observed (share of frauds), low and high (its Wilson 95%
    interval), rows, frauds (int). Empty without rows.
    """
    sums = _sums(label, score, equal_mass(score, bins))
    low, high = wilson(sums["frauds"], sums["rows"])
    means = {"score": sums["scores"] / sums["rows"], "observed": sums["frauds"] / sums["rows"]}
    told = sums.assign(**means, low=low, high=high)
    return told.astype({"rows": "int64", "frauds": "int64"})[COLUMNS]


def brier(label: ArrayLike, score: ArrayLike) -> float:
    """Return the mean of (score − label)²; NaN without rows. Source: Brier 1950."""
    away = np.asarray(score, dtype=np.float64) - np.asarray(label, dtype=np.float64)
    return float(np.mean(away**2)) if len(away) else float("nan")


def brier_skill(label: ArrayLike, score: ArrayLike) -> float | None:
    """Return 1 − Brier / (π(1 − π)): 1 is perfect, 0 no better than the prevalence for every row.

    None when one class only is there.
    """
    truth = np.asarray(label, dtype=np.float64)
    prevalence = float(truth.mean()) if len(truth) else 0.0
    usual = prevalence * (1 - prevalence)
    return 1 - brier(truth, score) / usual if usual > 0 else None


def ece(label: ArrayLike, score: ArrayLike, group: ArrayLike) -> float:
    """Return the expected calibration error Σ (nₘ/n)·|observedₘ − scoreₘ| over the groups.

    `group` (n,) is the bin of each row. NaN without rows. Source: Naeini, Cooper and
    Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning", 2015.
    """
    sums = _sums(label, score, np.asarray(group, dtype=np.int64))
    rows = float(sums["rows"].sum())
    return float((sums["frauds"] - sums["scores"]).abs().sum()) / rows if rows else float("nan")


def slope_and_intercept(label: ArrayLike, score: ArrayLike) -> tuple[float, float] | None:
    """Return slope and intercept of the log-odds of fraud on the log-odds of the score.

    1 and 0 for true probabilities; a slope below 1 says that scores are too extreme. None when
    scores part the classes entirely or are all alike, where no slope is likeliest. Source: Cox,
    "Two Further Applications of a Model for Binary Regression", 1958.
    """
    truth = np.asarray(label, dtype=np.float64)
    given: Floats = logit(np.clip(np.asarray(score, dtype=np.float64), NEAREST, 1 - NEAREST))
    fraud, legitimate = given[truth == 1], given[truth == 0]
    if not (len(fraud) and len(legitimate)):
        return None
    overlap = fraud.min() < legitimate.max() and legitimate.min() < fraud.max()
    return line(given, truth) if overlap else None


def judge(label: ArrayLike, score: ArrayLike) -> dict[str, Any]:
    """Return how reliable these scores are, JSON-ready.

    Keys: bins and top_bins (rows of `table`, of all rows and of the 1% with the highest
    scores, ties with them), brier, brier_skill, ece and ece_top (the same two, 15 bins of
    equal mass each), observed_over_expected (frauds over the sum of scores; below 1 scores
    are too high), slope, intercept. A figure that cannot be had is None.
    """
    truth, points = np.asarray(label, dtype=np.int64), np.asarray(score, dtype=np.float64)
    top = _top(points)
    hoped, fitted = float(points.sum()), slope_and_intercept(truth, points)
    slope, intercept = fitted if fitted else (None, None)
    return {
        "bins": table(truth, points).to_dict(orient="records"),
        "top_bins": table(truth[top], points[top]).to_dict(orient="records"),
        "brier": brier(truth, points) if len(truth) else None,
        "brier_skill": brier_skill(truth, points),
        "ece": ece(truth, points, equal_mass(points)) if len(truth) else None,
        "ece_top": ece(truth[top], points[top], equal_mass(points[top])) if len(truth) else None,
        "observed_over_expected": float(truth.sum()) / hoped if hoped > 0 else None,
        "slope": slope,
        "intercept": intercept,
    }


def _sums(label: ArrayLike, score: ArrayLike, group: Codes) -> pd.DataFrame:
    """Return rows, frauds and the sum of scores of each group that holds a row."""
    counted = {
        "rows": np.bincount(group),
        "frauds": np.bincount(group, weights=np.asarray(label, dtype=np.float64)),
        "scores": np.bincount(group, weights=np.asarray(score, dtype=np.float64)),
    }
    sums = pd.DataFrame(counted, dtype=np.float64)
    return sums[sums["rows"] > 0].reset_index(drop=True)


def _top(score: Floats) -> NDArray[np.bool_]:
    if not len(score):
        return np.zeros(0, dtype=bool)
    last = len(score) - int(np.ceil(len(score) * TOP_SHARE))
    top: NDArray[np.bool_] = score >= np.partition(score, last)[last]
    return top
