"""How good a ranking of transactions is. One definition of each figure, for workers and pages.

`label` is (n,) with 1 for fraud and 0 for legitimate, `score` is (n,) and higher means more
suspicious. Formulas: the evaluation protocol in decisions/0006-evaluation.md.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

FEWEST_FRAUDS = 10  # below it a figure is luck and is not shown
FEW_FRAUDS = 30  # below it a figure must not rank models
TOP = 100


@dataclass(frozen=True)
class Judgement:
    """What one set of scores is worth. A figure that cannot be had is None, `note` says why."""

    rows: int
    frauds: int
    prevalence: float | None = None  # share of frauds, 0 to 1
    ap: float | None = None
    lift: float | None = None  # AP over prevalence, times
    auroc: float | None = None
    recall_at_1_fpr: float | None = None
    precision_at_100: float | None = None
    note: str = ""

    def to_plain(self) -> dict[str, Any]:
        """Return the figures as a JSON-ready dict."""
        return asdict(self)


def average_precision(label: ArrayLike, score: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Return AP = Σ (Rₙ − Rₙ₋₁)·Pₙ over distinct thresholds, with no interpolation.

    A constant score gives the prevalence. `weight` (n,) counts a row that many times.
    """
    return float(average_precision_score(label, score, sample_weight=weight))


def recall_at_fpr(label: ArrayLike, score: ArrayLike, at_most: float) -> float:
    """Return the largest recall whose false-positive rate is at most `at_most`."""
    false_positive_rate, recall, _ = roc_curve(label, score, drop_intermediate=False)
    return float(recall[false_positive_rate <= at_most].max())


def precision_in_top(label: ArrayLike, score: ArrayLike, top: int = TOP) -> float:
    """Return the share of frauds among the `top` highest scores, or among all when fewer.

    Rows tied at the edge count with the share of frauds in their tie: the value expected
    when ties are broken at random.
    """
    label, score = np.asarray(label, dtype=np.float64), np.asarray(score)
    top = min(top, len(score))
    edge = np.partition(score, len(score) - top)[len(score) - top]
    above, tied = score > edge, score == edge
    expected = label[above].sum() + (top - above.sum()) * label[tied].mean()
    return float(expected / top)


def judge(label: ArrayLike, score: ArrayLike) -> Judgement:
    """Return every headline figure of these scores.

    With no row, one class only or fewer than 10 frauds the figures are None and `note`
    says so; with fewer than 30 frauds they are given with a warning.
    """
    truth: NDArray[np.int64] = np.asarray(label, dtype=np.int64)
    score = np.asarray(score, dtype=np.float64)
    rows, frauds = len(truth), int(truth.sum())
    prevalence = frauds / rows if rows else None
    if prevalence is None or frauds < FEWEST_FRAUDS or frauds == rows:
        return Judgement(rows, frauds, prevalence, note=_why_not(rows, frauds))
    ap = average_precision(truth, score)
    return Judgement(
        rows,
        frauds,
        prevalence,
        ap=ap,
        lift=ap / prevalence,
        auroc=float(roc_auc_score(truth, score)),
        recall_at_1_fpr=recall_at_fpr(truth, score, 0.01),
        precision_at_100=precision_in_top(truth, score),
        note=_caution(frauds),
    )


def _why_not(rows: int, frauds: int) -> str:
    if rows == 0:
        return "This part holds no labelled transaction, so nothing can be measured on it."
    if frauds == 0:
        return f"None of the {rows:,} transactions in this part is a fraud: nothing to find."
    if frauds == rows:
        return f"All {rows:,} transactions in this part are frauds: nothing to tell them from."
    return f"Only {frauds} frauds in this part: fewer than 10 measure nothing but luck."


def _caution(frauds: int) -> str:
    if frauds >= FEW_FRAUDS:
        return ""
    return f"Only {frauds} frauds in this part: too few to say which of two models is better."
