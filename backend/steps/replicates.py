"""Every figure of a test part once more on each resample: what all intervals are made of.

Two runs judged on the same resamples pair replicate by replicate, so the difference of their
arrays is the paired bootstrap.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from backend.steps.levels import (
    Levels,
    auroc,
    average_precision,
    levels,
    precision_at_recall,
    recall_at_fpr,
    spread,
)
from backend.steps.metrics import RATES
from backend.steps.resample import Resamples
from backend.steps.scored import Scored

METRICS = ("ap", "auroc", *RATES)
MONEY = ("missed_amount", "missed", "tp", "fp")
PERCENT = np.arange(1, 101)  # recalls at which precision is told
GRID = 200  # thresholds at which money is told
SPAN = (0.025, 0.975)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Replicates:
    """What the scores came to on the sample itself and on each of B resamples."""

    point: dict[str, float]  # the sample's own value of each of METRICS
    arrays: dict[str, NDArray[Any]]  # as `replicate` says: what is stored
    redrawn: int  # resamples thrown away for want of a class


@dataclass(frozen=True)
class Tally:
    """All that any weights of the clusters come to, counted where thresholds matter."""

    ranking: Levels
    at: Ints  # (G,) the level of each threshold of the money grid
    money: sparse.csr_array  # (G, C) money of a cluster's frauds first alerted at a threshold

    def tell(self, weight: NDArray[np.int32]) -> dict[str, Any]:
        """Return each of METRICS, precision (100,), each of MONEY (G,), and fraud_amount."""
        counts = self.ranking.count(weight)
        caught = self.money @ weight
        from_here = np.cumsum(caught[::-1])[::-1]
        tp = counts.tp[self.at]
        return {
            "ap": average_precision(counts),
            "auroc": auroc(counts),
            **{name: recall_at_fpr(counts, rate) for name, rate in RATES.items()},
            "precision": precision_at_recall(counts, PERCENT),
            "missed_amount": np.append(from_here[1:], 0.0),
            "missed": counts.frauds - tp,
            "tp": tp,
            "fp": counts.fp[self.at],
            "fraud_amount": from_here[0],
        }


def replicate(scored: Scored, resamples: Resamples) -> Replicates:
    """Return all figures of `scored` on the sample and on each resample of its rows.

    `arrays`, of B resamples and of G thresholds, at most 200 and distinct:
    - each of METRICS (B,);
    - pr_recall, pr_precision, pr_low, pr_high (100,): precision at the first threshold that
      finds 1% to 100% of the frauds, and its 95% band;
    - alerts (G,): rows at or above threshold (G,), which falls; there missed_amount (money of
      the frauds below, unknown amounts counting 0), missed (those frauds), tp and fp (G,),
      and the same four ending in _resampled (B, G) float32;
    - fraud_amount () and fraud_amount_resampled (B,): money of all frauds.

    Raises ValueError when `scored` and `resamples` are not of the same rows.
    """
    if not np.array_equal(scored.label, resamples.label):
        raise ValueError("the resamples were drawn from other rows than those scored")
    threshold, alerts = alert_grid(scored.score)
    tally = _tally(scored, resamples.cluster, threshold)
    own = tally.tell(np.ones(resamples.clusters, dtype=np.int32))
    drawn = {
        name: np.empty(
            (len(resamples), *np.shape(value)), np.float32 if name in MONEY else np.float64
        )
        for name, value in own.items()
    }
    redrawn = 0
    for number, one in enumerate(resamples):
        redrawn += one.redrawn
        for name, value in tally.tell(one.weight).items():
            drawn[name][number] = value
    arrays = _curve(own, drawn) | _grid(own, drawn) | {"threshold": threshold, "alerts": alerts}
    point = {name: own[name] for name in METRICS}
    return Replicates(point, {name: drawn[name] for name in METRICS} | arrays, redrawn)


def alert_grid(score: Floats) -> tuple[Floats, Ints]:
    """Return thresholds (G,), falling, and how many of the scores (n,) lie at or above each.

    At most 200, in equal ratios from one alert to n; ties are alerted together. n >= 1.
    """
    rising = np.sort(score)
    wanted = np.geomspace(1, len(score), GRID).round().astype(np.int64)
    threshold = np.unique(rising[len(score) - wanted])[::-1]
    return threshold, len(score) - np.searchsorted(rising, threshold)


def _tally(scored: Scored, cluster: Ints, threshold: Floats) -> Tally:
    ranking = levels(scored.label, scored.score, cluster, threshold)
    bad = scored.label == 1
    first = np.searchsorted(-threshold, -scored.score[bad])
    shape = len(threshold), int(cluster.max()) + 1
    money = spread(first, cluster[bad], scored.money[bad], shape)
    return Tally(ranking, ranking.find(threshold), money)


def _curve(own: dict[str, Any], drawn: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    low, high = np.quantile(drawn["precision"], SPAN, axis=0)
    return {
        "pr_recall": PERCENT / 100,
        "pr_precision": own["precision"],
        "pr_low": low,
        "pr_high": high,
    }


def _grid(own: dict[str, Any], drawn: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    told = (*MONEY, "fraud_amount")
    point = {name: np.asarray(own[name]) for name in told}
    return point | {f"{name}_resampled": drawn[name] for name in told}
