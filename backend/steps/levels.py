"""What a ranking alerts on at every score that matters, under any weights of its clusters.

Only the scores of frauds, and thresholds asked for, change a figure: between two of them only
the number of legitimate rows counts. So a resample costs two sparse products and a sum along
these levels, and no sorting. Figures as steps/metrics defines them; tests hold the two equal.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from backend.steps.metrics import allowed_false_alarms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Counts:
    """Weighted rows at each level (M,), the highest score first."""

    fraud: Ints  # frauds of exactly this score
    tp: Ints  # frauds of this score or a higher one
    fp: Ints  # legitimate rows of this score or a higher one
    above: Ints  # legitimate rows of a higher score
    legitimate: int  # legitimate rows in all

    @property
    def frauds(self) -> int:
        """Frauds in all."""
        return int(self.tp[-1])


@dataclass(frozen=True)
class Levels:
    """The distinct scores of frauds and thresholds asked for, and what each cluster holds there."""

    score: Floats  # (M,) falling
    _frauds: sparse.csr_array  # (M, C) frauds of a cluster at a level
    _legitimate: sparse.csr_array  # (J, C) legitimate rows of a cluster at or between levels
    _above: Ints  # (M,) how many of the J places lie above each level
    _upto: Ints  # (M,) how many lie above or at it

    def find(self, thresholds: Floats) -> Ints:
        """Return the level of each threshold that was asked for."""
        return np.searchsorted(-self.score, -thresholds)

    def count(self, weight: NDArray[np.int32]) -> Counts:
        """Return the counts when each row of a cluster counts `weight` (C,) times."""
        fraud = (self._frauds @ weight).astype(np.int64)
        legitimate = np.zeros(self._legitimate.shape[0] + 1, dtype=np.int64)
        np.cumsum(self._legitimate @ weight, out=legitimate[1:])
        return Counts(
            fraud=fraud,
            tp=np.cumsum(fraud),
            fp=legitimate[self._upto],
            above=legitimate[self._above],
            legitimate=int(legitimate[-1]),
        )


def levels(label: Ints, score: Floats, cluster: Ints, thresholds: Floats) -> Levels:
    """Return the levels of rows (n,); at least one row must be a fraud."""
    bad = label == 1
    kept = np.unique(-np.concatenate([score[bad], thresholds]))
    clusters = int(cluster.max()) + 1
    at = np.searchsorted(kept, -score[bad])
    # Place 2i lies between levels i − 1 and i, place 2i + 1 is level i itself.
    lower = -score[~bad]
    place = np.searchsorted(kept, lower, "left") + np.searchsorted(kept, lower, "right")
    used, place = np.unique(place, return_inverse=True)
    own = 2 * np.arange(len(kept))
    return Levels(
        -kept,
        spread(at, cluster[bad], np.ones(len(at), np.int32), (len(kept), clusters)),
        spread(place, cluster[~bad], np.ones(len(place), np.int32), (len(used), clusters)),
        np.searchsorted(used, own, "right"),
        np.searchsorted(used, own + 1, "right"),
    )


def spread(
    place: Ints, cluster: Ints, value: NDArray[np.number], shape: tuple[int, int]
) -> sparse.csr_array:
    """Return the sums of `value` by place and cluster as a sparse matrix."""
    return sparse.coo_array((value, (place, cluster)), shape=shape).tocsr()


def average_precision(counts: Counts) -> float:
    """Return AP = Σ (Rₙ − Rₙ₋₁)·Pₙ over distinct thresholds."""
    return float((counts.fraud * _precision(counts)).sum() / counts.frauds)


def auroc(counts: Counts) -> float:
    """Return the chance that a fraud scores above a legitimate row, ties counting half."""
    beaten = counts.legitimate - (counts.above + counts.fp) / 2
    return float((counts.fraud * beaten).sum() / counts.frauds / counts.legitimate)


def recall_at_fpr(counts: Counts, at_most: float) -> float:
    """Return the largest recall whose false-positive rate is at most `at_most`."""
    allowed = allowed_false_alarms(counts.legitimate, at_most)
    kept = int(np.searchsorted(counts.fp, allowed, side="right"))
    return float(counts.tp[kept - 1] / counts.frauds) if kept else 0.0


def precision_at_recall(counts: Counts, percent: Ints) -> Floats:
    """Return the precision at the first level that finds so many per cent of the frauds."""
    needed = -(-percent * counts.frauds // 100)  # rounded up
    return _precision(counts)[np.searchsorted(counts.tp, needed)]


def _precision(counts: Counts) -> Floats:
    precision: Floats = counts.tp / np.maximum(counts.tp + counts.fp, 1)
    return precision
