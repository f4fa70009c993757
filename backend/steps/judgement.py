"""Everything the scores of a run are worth on its test part, put together once.

The worker judges when a run ends and keeps what comes of it with the model; pages only read.
Each figure stands in the file of its own name; the protocol is decisions/0006-evaluation.md.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logit

from backend.steps import daily, fairness, metrics, paired, reliability, resample, slices
from backend.steps.calibration import RANK
from backend.steps.interval import wilson
from backend.steps.known_frauds import KnownFrauds
from backend.steps.metrics import FEW_FRAUDS, RATES
from backend.steps.replicates import METRICS, Replicates, replicate
from backend.steps.resample import Resamples
from backend.steps.scored import Scored

A_DAY = 100  # transactions, or cards, that a team can check a day
WORKING_RATE = RATES["recall_at_1_fpr"]  # of false alarms: where parts of the data are compared
ODDS = np.linspace(-12.0, 12.0, 49)  # edges of the histogram of scores, in log-odds

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Circumstances:
    """What a judgement needs to know beside the scores of the test part (n rows)."""

    validation: Scored
    calibrator: str  # the method that made the scores probabilities, or RANK: they are none
    seen: NDArray[np.bool_] | None = None  # (n,) the row's entity was in training; None: no entity
    known: KnownFrauds | None = None  # rows of cards that were blocked already
    groups: Mapping[str, NDArray[Any]] = field(default_factory=dict)  # column -> (n,) its values
    drift: tuple[dict[str, Any], ...] = ()  # what, psi, null_high: training against test


def judge(test: Scored, about: Circumstances) -> tuple[dict[str, Any], Arrays]:
    """Return what pages show of a run, JSON-ready, and the arrays that comparisons are made of.

    Keys: test_key, rows, frauds, prevalence, amount, fraud_amount, days, entities, cluster,
    resamples, redrawn, note, metrics, lift, honest_recall, top, pr, scores, reliability,
    slices, groups, leakage, drift. A figure that cannot be had is None or missing, and `note`
    says why; without both classes the arrays are empty.
    """
    cluster, kind = resample.clusters(test)
    headline = metrics.judge(test.label, test.score)
    drawn = _replicates(test, cluster)
    arrays = drawn.arrays if drawn else {}
    threshold = _working_threshold(about.validation, test)
    told = {
        "test_key": key_of(test, cluster),
        **_sums(test),
        "cluster": kind,
        "clusters": int(cluster.max()) + 1 if len(cluster) else 0,
        "resamples": resample.TIMES if drawn else 0,
        "redrawn": drawn.redrawn if drawn else 0,
        "note": headline.note,
        "metrics": _metrics(headline, arrays),
        "lift": headline.lift,
        "honest_recall": _honest(about.validation, test),
        "top": _top(test, headline),
        "pr": _pr(arrays) if headline.ap is not None else None,
        "scores": _histogram(test),
        "reliability": _reliability(test, about.calibrator),
        "slices": _plain(slices.table(test, threshold, about.seen)),
        "groups": _groups(test, threshold, about.groups),
        "leakage": _leakage(test, about),
        "drift": list(about.drift),
        "working_threshold": threshold,
    }
    return told, arrays


def key_of(test: Scored, cluster: NDArray[np.int64]) -> str:
    """Return the digest of which rows are judged, by which labels, in which clusters.

    The scores are not in it: two runs with one key met the same resamples.
    """
    digest = hashlib.sha256(f"{resample.SEED} {resample.TIMES}".encode())
    for values in (test.row, test.label, cluster):
        digest.update(np.ascontiguousarray(values, dtype="<i8").tobytes())
    return digest.hexdigest()


def _replicates(test: Scored, cluster: NDArray[np.int64]) -> Replicates | None:
    both = 0 < int(test.label.sum()) < len(test)
    return replicate(test, Resamples(test.label, cluster)) if both else None


def _working_threshold(validation: Scored, test: Scored) -> float:
    """The score that stops 1 in 100 good payments of validation, or of test without those."""
    for part in (validation, test):
        found = metrics.threshold_at_fpr(part.label, part.score, WORKING_RATE)
        if found is not None:
            return found
    return 1.0


def _sums(test: Scored) -> dict[str, Any]:
    frauds = int(test.label.sum())
    return {
        "rows": len(test),
        "frauds": frauds,
        "prevalence": frauds / len(test) if len(test) else None,
        "amount": float(test.money.sum()),
        "fraud_amount": float(test.money[test.label == 1].sum()),
        "days": test.days,
        "entities": len(np.unique(test.entity)) if test.has_entities else None,
    }


def _metrics(headline: metrics.Judgement, arrays: Arrays) -> dict[str, Any]:
    told = {}
    for name in METRICS:
        value = getattr(headline, name)
        low, high = _interval(name, value, headline.frauds, arrays)
        told[name] = {"value": value, "low": low, "high": high}
    return told


def _interval(
    name: str, value: float | None, frauds: int, arrays: Arrays
) -> tuple[float | None, float | None]:
    """Return the 95% interval: bootstrap, or Wilson's of a share where frauds are few."""
    if value is None:
        return None, None
    if frauds >= FEW_FRAUDS:
        return paired.interval(arrays[name])
    if name not in RATES:
        return None, None
    low, high = wilson(value * frauds, frauds)
    return float(low), float(high)


def _honest(validation: Scored, test: Scored) -> list[dict[str, Any]]:
    parts = ((validation.label, validation.score), (test.label, test.score))
    return [asdict(metrics.honest_recall(*parts, rate)) for rate in RATES.values()]


def _top(test: Scored, headline: metrics.Judgement) -> dict[str, Any]:
    told: dict[str, Any] = {"k": A_DAY, "precision_at_100": headline.precision_at_100}
    if headline.ap is None or test.day is None:
        return told
    told["precision_a_day"] = daily.precision_at(test.day, test.score, test.label, A_DAY)
    if test.has_entities:
        found = daily.card_precision(test.day, test.entity, test.score, test.label, A_DAY)
        told["card_precision"] = found.mean
        told["card_precision_normalised"] = found.normalised
        told["card_recall"] = found.recall
    return told


def _pr(arrays: Arrays) -> dict[str, list[float]]:
    names = {"recall": "pr_recall", "precision": "pr_precision", "low": "pr_low", "high": "pr_high"}
    return {name: arrays[stored].tolist() for name, stored in names.items()}


def _histogram(test: Scored) -> dict[str, list[float]]:
    with np.errstate(divide="ignore"):
        odds = np.clip(logit(test.score), ODDS[0], ODDS[-1])
    counts = {
        name: np.histogram(odds[test.label == label], ODDS)[0].tolist()
        for name, label in (("fraud", 1), ("legitimate", 0))
    }
    return {"edges": ODDS.tolist(), **counts}


def _reliability(test: Scored, calibrator: str) -> dict[str, Any]:
    told = {} if calibrator == RANK else reliability.judge(test.label, test.score)
    return {**told, "calibrator": calibrator}


def _groups(
    test: Scored, threshold: float, columns: Mapping[str, NDArray[Any]]
) -> list[dict[str, Any]]:
    told = []
    for column, values in columns.items():
        found = fairness.predictive_equality(test.label, test.score, threshold, values)
        told.append({"column": column, "ratio": found.ratio, "groups": _plain(found.groups)})
    return told


def _leakage(test: Scored, about: Circumstances) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if about.seen is not None and len(test):
        told["entities_seen"] = float(about.seen.mean())
    if about.known is not None:
        left = test.some(~about.known.mask)
        told["removed_rows"], told["removed_cards"] = about.known.rows, about.known.cards
        told["ap_without"] = metrics.judge(left.label, left.score).ap
        told["frauds_without"] = int(left.label.sum())
    return told


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as JSON-ready dicts: what is not a number becomes None."""
    return [
        {str(name): _finite(value) for name, value in row.items()}
        for row in frame.to_dict(orient="records")
    ]


def _finite(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not math.isfinite(value) else value
