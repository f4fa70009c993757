"""Bring a model's scores back to real probabilities, without changing their ranking.

A calibrator is a rising curve from the log-odds of a score to calibrated log-odds, fitted on
the validation part alone. How bold it may be depends on how many frauds that part holds.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq, minimize
from scipy.special import expit, logit
from sklearn.isotonic import isotonic_regression

Floats = NDArray[np.float64]
Method = Literal["none", "temperature", "platt", "isotonic", "rank"]

# Rows of the rarer class that each method needs. Isotonic: Niculescu-Mizil and Caruana 2005,
# "Predicting Good Probabilities With Supervised Learning", figure 7.
FEWEST: tuple[tuple[int, Method], ...] = ((1_000, "isotonic"), (30, "platt"), (10, "temperature"))
FOLDS, SEED = 5, 0
RANK: Method = "rank"  # of a calibrator whose scores are no probabilities
NEAREST = 1e-12  # a score nearer to 0 or 1 is fitted as if it were so far away
KEPT = 0.01  # of the raw log-odds left in an isotonic curve, which therefore is never flat
FLATTEST = 0.01  # a fitted line less steep ranks nothing


@dataclass(frozen=True)
class Calibrator:
    """A rising curve of log-odds: straight, or through knots; the default changes nothing."""

    method: Method = "none"
    slope: float = 1.0  # of the line; beyond the knots a curve rises by 1
    intercept: float = 0.0
    raw: tuple[float, ...] = ()  # log-odds of the scores at the knots, rising
    calibrated: tuple[float, ...] = ()  # log-odds that become of them, rising

    def apply(self, score: ArrayLike) -> Floats:
        """Return the calibrated probability of each score (n,), in the same ranking.

        0 stays 0 and 1 stays 1. The answer for a score depends on that score alone. Empty in,
        empty out.
        """
        score = np.asarray(score, dtype=np.float64)
        if self.method == "none":
            return score
        given = logit(score)
        if not self.raw:
            line: Floats = expit(self.slope * given + self.intercept)
            return line
        beyond = np.minimum(given - self.raw[0], 0) + np.maximum(given - self.raw[-1], 0)
        curve: Floats = expit(np.interp(given, self.raw, self.calibrated) + beyond)
        return curve

    def to_plain(self) -> dict[str, Any]:
        """Return the calibrator as a JSON-ready dict."""
        return {**asdict(self), "raw": list(self.raw), "calibrated": list(self.calibrated)}

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Calibrator":
        """Return what `to_plain` told."""
        knots = {name: tuple(plain[name]) for name in ("raw", "calibrated")}
        return cls(**{**plain, **knots})


NONE = Calibrator()
# Shares of the rows below the knots of a rank: finer towards the top, where one looks.
RANKS = (*np.linspace(0.01, 0.99, 99).tolist(), 0.995, 0.998, 0.999, 0.9995, 0.9998, 0.9999)


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


def fit(label: ArrayLike, score: ArrayLike, cluster: ArrayLike | None = None) -> Calibrator:
    """Return the calibrator of these validation scores, or `NONE` where none helps.

    `label` (n,) is 1 for fraud, `score` (n,) a probability. The method follows the rows of
    the rarer class: isotonic from 1,000, Platt from 30, temperature from 10, none below. It
    is kept only if it lowers the log-loss of rows it was not fitted on, by more than one
    standard error (Hastie, Tibshirani and Friedman 2009, section 7.10): five folds, drawn by
    `cluster` (n,), a code per customer or card, so that no card is on both sides.
    """
    truth = np.asarray(label, dtype=np.int64)
    score = np.clip(np.asarray(score, dtype=np.float64), NEAREST, 1 - NEAREST)
    method = _method(truth)
    if method == "none" or np.ptp(score) == 0:
        return NONE
    codes = np.arange(len(truth)) if cluster is None else np.unique(cluster, return_inverse=True)[1]
    gain = _gain_out_of_fold(truth, score, codes, method)
    helps = gain.sum() > np.sqrt(len(gain)) * gain.std()
    return _fitted(truth, score, method) if helps else NONE


def rank(score: ArrayLike) -> Calibrator:
    """Return the curve that makes of a score the share of these scores (n,) that lie below it.

    Between 105 of them it is drawn straight in log-odds, so that the ranking stays as it is. Of
    scores that are all the same, and of none, `NONE`.
    """
    score = np.asarray(score, dtype=np.float64)
    if not score.size or np.ptp(score) == 0:
        return NONE
    known = np.array([share for share in RANKS if share <= 1 - 1 / len(score)])
    raw = logit(np.clip(np.quantile(score, known), NEAREST, 1 - NEAREST))
    first = np.append(True, np.diff(raw) > 0)
    return Calibrator(RANK, raw=tuple(raw[first].tolist()),
                      calibrated=tuple(logit(known)[first].tolist()))  # fmt: skip


def log_losses(label: ArrayLike, score: ArrayLike) -> Floats:
    """Return −log(probability of what happened) of each row (n,), in nats."""
    score = np.clip(np.asarray(score, dtype=np.float64), NEAREST, 1 - NEAREST)
    losses: Floats = -np.log(np.where(np.asarray(label) == 1, score, 1 - score))
    return losses


def line(given: Floats, target: Floats, shifts: bool = True) -> tuple[float, float]:
    """Return slope and intercept of the log-odds line that is likeliest to give `target` (n,).

    `given` (n,) are log-odds; `target` lies in 0 to 1. Without `shifts` the intercept is 0.
    Logistic regression by Newton's method in a trust region; there must be an optimum, that is
    the classes must overlap or the targets lie inside 0 and 1.
    """
    basis = np.column_stack([given, np.ones_like(given)] if shifts else [given])
    scale = max(float(target.sum()), 1.0)  # so that the tolerance is one of the rarer class

    def loss(weights: Floats) -> float:
        drawn = basis @ weights
        return float((np.logaddexp(0, drawn) - target * drawn).sum()) / scale

    def gradient(weights: Floats) -> Floats:
        found: Floats = basis.T @ (expit(basis @ weights) - target) / scale
        return found

    def curvature(weights: Floats) -> Floats:
        chance = expit(basis @ weights)
        found: Floats = (basis.T * (chance * (1 - chance))) @ basis / scale
        return found

    start = np.array([1.0, 0.0] if shifts else [1.0])
    found = minimize(
        loss, start, jac=gradient, hess=curvature, method="trust-exact", options={"gtol": 1e-7}
    )
    return float(found.x[0]), float(found.x[1]) if shifts else 0.0


def _method(truth: NDArray[np.int64]) -> Method:
    rarer = min(int(truth.sum()), len(truth) - int(truth.sum()))
    return next((method for fewest, method in FEWEST if rarer >= fewest), "none")


def _gain_out_of_fold(
    truth: NDArray[np.int64], score: Floats, cluster: NDArray[np.int64], method: Method
) -> Floats:
    """Return how far the log-loss of each cluster (C,) falls by what other folds taught."""
    fold = np.random.default_rng(SEED).integers(FOLDS, size=int(cluster.max()) + 1)[cluster]
    calibrated = score.copy()
    for each in range(FOLDS):
        out = fold == each
        if len(np.unique(truth[~out])) == 2:  # else these rows stay as they are
            calibrated[out] = _fitted(truth[~out], score[~out], method).apply(score[out])
    gain = log_losses(truth, score) - log_losses(truth, calibrated)
    return np.bincount(cluster, weights=gain).astype(np.float64)


def _fitted(truth: NDArray[np.int64], score: Floats, method: Method) -> Calibrator:
    target = _targets(truth)
    if method == "isotonic":
        return _curve(score, target)
    slope, intercept = line(logit(score), target, shifts=method == "platt")
    return Calibrator(method, slope, intercept) if slope >= FLATTEST else NONE


def _targets(truth: NDArray[np.int64]) -> Floats:
    """Return 1 and 0 drawn in by one row, so that no probability becomes 0 or 1.

    Source: Platt, "Probabilistic Outputs for Support Vector Machines", 1999, section 2.2.
    """
    frauds = int(truth.sum())
    return np.where(truth == 1, (frauds + 1) / (frauds + 2), 1 / (len(truth) - frauds + 2))


def _curve(score: Floats, target: Floats) -> Calibrator:
    """Return the centred isotonic calibrator: each flat step becomes one knot.

    Isotonic regression ties whole stretches of scores. Centring, Oron and Flournoy 2017,
    "Centered Isotonic Regression", shrinks each stretch to its middle and joins the middles.
    Here the middle is the mean score, so that calibrated scores stay as they are, and they are
    joined in log-odds, where scores near 0 differ as much as others.
    """
    distinct, place, rows = np.unique(score, return_inverse=True, return_counts=True)
    hits = np.bincount(place, weights=target)
    steps = isotonic_regression(hits / rows, sample_weight=rows.astype(np.float64))
    _, step = np.unique(steps, return_inverse=True)
    many = np.bincount(step, weights=rows)
    raw = logit(np.bincount(step, weights=distinct * rows) / many)
    calibrated = (1 - KEPT) * logit(np.bincount(step, weights=hits) / many) + KEPT * raw
    rising = np.append(True, (np.diff(raw) > 0) & (np.diff(calibrated) > 0))
    curve = Calibrator(
        "isotonic", raw=tuple(raw[rising].tolist()), calibrated=tuple(calibrated[rising].tolist())
    )
    return _levelled(curve, distinct, rows, float(hits.sum()))


def _levelled(curve: Calibrator, score: Floats, rows: NDArray[np.int64], hits: float) -> Calibrator:
    """Return the curve moved up or down until it expects as many frauds as there were."""
    drawn = logit(curve.apply(score))
    move = brentq(lambda by: float((rows * expit(drawn + by)).sum()) - hits, -40, 40)
    moved = tuple(each + move for each in curve.calibrated)
    return Calibrator("isotonic", raw=curve.raw, calibrated=moved)
