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
# False-positive rates, at most, by the name of the recall that keeps them.
RATES = {"recall_at_0_1_fpr": 0.001, "recall_at_1_fpr": 0.01, "recall_at_5_fpr": 0.05}


@dataclass(frozen=True)
class Judgement:
    """What one set of scores is worth. A figure that cannot be had is None, `note` says why."""

    rows: int
    frauds: int
    prevalence: float | None = None  # share of frauds, 0 to 1
    ap: float | None = None
    lift: float | None = None  # AP over prevalence, times
    auroc: float | None = None
    recall_at_0_1_fpr: float | None = None
    recall_at_1_fpr: float | None = None
    recall_at_5_fpr: float | None = None
    precision_at_100: float | None = None
    note: str = ""

    def to_plain(self) -> dict[str, Any]:
        """Return the figures as a JSON-ready dict."""
        return asdict(self)


@dataclass(frozen=True)
class HonestRecall:
    """What a threshold chosen on validation comes to on test; None is what cannot be had."""

    at: float  # false-positive rate that the threshold keeps on validation, 0 to 1
    threshold: float | None = None  # None when no score keeps it: nobody is alerted
    recall: float | None = None  # on test, 0 to 1
    fpr: float | None = None  # on test, 0 to 1


def average_precision(label: ArrayLike, score: ArrayLike, weight: ArrayLike | None = None) -> float:
    """Return AP = Σ (Rₙ − Rₙ₋₁)·Pₙ over distinct thresholds, with no interpolation.

    A constant score gives the prevalence. `weight` (n,) counts a row that many times.
    """
    return float(average_precision_score(label, score, sample_weight=weight))


def recall_at_fpr(label: ArrayLike, score: ArrayLike, at_most: float) -> float:
    """Return the largest recall whose false-positive rate is at most `at_most`."""
    false_positive_rate, recall, _ = roc_curve(label, score, drop_intermediate=False)
    return float(recall[false_positive_rate <= at_most].max())


def allowed_false_alarms(legitimate: int, at_most: float) -> int:
    """Return the largest count k, up to `legitimate`, with k / legitimate <= at_most."""
    count = min(int(at_most * legitimate), legitimate)
    while count < legitimate and (count + 1) / legitimate <= at_most:
        count += 1
    while count > 0 and count / legitimate > at_most:
        count -= 1
    return count


def threshold_at_fpr(label: ArrayLike, score: ArrayLike, at_most: float) -> float | None:
    """Return the lowest score such that alerting from it up keeps the false-positive rate.

    None when even the highest score alerts too many, or when no row is legitimate.
    """
    label, score = np.asarray(label), np.asarray(score, dtype=np.float64)
    legitimate = score[label == 0]
    if not len(legitimate):
        return None
    allowed = allowed_false_alarms(len(legitimate), at_most)
    if allowed == len(legitimate):
        return float(score.min())
    refused = np.partition(legitimate, len(legitimate) - 1 - allowed)[-1 - allowed]
    kept = score[score > refused]
    return float(kept.min()) if len(kept) else None


def rates_at(
    label: ArrayLike, score: ArrayLike, threshold: float
) -> tuple[float | None, float | None]:
    """Return recall and false-positive rate of alerting where score >= threshold.

    None stands for the rate among frauds, or among legitimate rows, where there are none.
    """
    label, alert = np.asarray(label), np.asarray(score) >= threshold
    recall, rate = (
        float(alert[label == one].mean()) if (label == one).any() else None for one in (1, 0)
    )
    return recall, rate


def honest_recall(
    validation: tuple[ArrayLike, ArrayLike], test: tuple[ArrayLike, ArrayLike], at_most: float
) -> HonestRecall:
    """Return what the threshold that keeps a false-positive rate on validation does on test.

    Each part is its labels and its scores. The rate on test may lie above `at_most`: that is
    what the figure shows. All is None when no row of validation is legitimate.
    """
    if not (np.asarray(validation[0]) == 0).any():
        return HonestRecall(at_most)
    threshold = threshold_at_fpr(*validation, at_most)
    recall, rate = rates_at(*test, np.inf if threshold is None else threshold)
    return HonestRecall(at_most, threshold, recall, rate)


def value_detection_rate(label: ArrayLike, amount: ArrayLike, alert: ArrayLike) -> float | None:
    """Return the share of the frauds' money that was alerted: Σ a·y·alert / Σ a·y.

    An unknown amount counts as 0. None when the frauds are worth nothing.
    """
    at_stake = np.nan_to_num(np.asarray(amount, dtype=np.float64)) * (np.asarray(label) == 1)
    total = float(at_stake.sum())
    return float(at_stake[np.asarray(alert, dtype=bool)].sum()) / total if total > 0 else None


def alert_ratio(label: ArrayLike, alert: ArrayLike) -> float | None:
    """Return the false alarms for each fraud caught; None when no fraud is caught."""
    alerted = np.asarray(label)[np.asarray(alert, dtype=bool)]
    caught = int((alerted == 1).sum())
    return (len(alerted) - caught) / caught if caught else None


def hits_in_top(label: ArrayLike, score: ArrayLike, top: int) -> float:
    """Return the frauds expected among the `top` highest scores, or among all when fewer.

    Rows tied at the edge count with the share of frauds in their tie: the value expected
    when ties are broken at random.
    """
    label, score = np.asarray(label, dtype=np.float64), np.asarray(score)
    if top >= len(score):
        return float(label.sum())
    edge = np.partition(score, len(score) - top)[len(score) - top]
    above, tied = score > edge, score == edge
    return float(label[above].sum() + (top - above.sum()) * label[tied].mean())


def precision_in_top(label: ArrayLike, score: ArrayLike, top: int = TOP) -> float:
    """Return the share of frauds among the `top` highest scores, or among all when fewer.

    Ties at the edge count as `hits_in_top` says.
    """
    return hits_in_top(label, score, top) / min(top, len(np.asarray(score)))


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
        precision_at_100=precision_in_top(truth, score),
        note=_caution(frauds),
        **{name: recall_at_fpr(truth, score, rate) for name, rate in RATES.items()},
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
