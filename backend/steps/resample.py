"""Which transactions a resample of the test part holds: whole customers, or whole days.

Rows of one customer resemble each other, so drawing single rows would make every interval too
narrow. Method: cluster bootstrap, Davison and Hinkley 1997, section 3.8.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.steps.scored import Scored

TIMES = 1_000
SEED = 4
FEWEST_CLUSTERS = 10  # below it, drawing whole clusters tells nothing of how far a figure varies

Ints = NDArray[np.int64]
Weights = NDArray[np.int32]


@dataclass(frozen=True)
class Resample:
    """How often one resample holds each cluster."""

    weight: Weights  # (C,), summing to C
    redrawn: int  # draws thrown away before it, for want of a fraud or of a legitimate row


@dataclass(frozen=True)
class Resamples:
    """So many resamples of one test part, drawn when iterated over.

    They depend on label, cluster and seed alone: two models judged on the same rows meet the
    same resamples, and the n-th is the same whatever `times` is.

    Raises ValueError when a class is missing, since no resample would hold both.
    """

    label: Ints  # (n,) 1 fraud, 0 legitimate
    cluster: Ints  # (n,) codes 0 to C − 1, each used
    times: int = TIMES
    seed: int = SEED

    def __post_init__(self) -> None:
        if not 0 < int((self.label == 1).sum()) < len(self.label):
            raise ValueError("resamples need both frauds and legitimate rows")

    @property
    def clusters(self) -> int:
        """How many clusters there are (C)."""
        return int(self.cluster.max()) + 1

    def __len__(self) -> int:
        return self.times

    def __iter__(self) -> Iterator[Resample]:
        count = self.clusters
        frauds = np.bincount(self.cluster[self.label == 1], minlength=count)
        rows = np.bincount(self.cluster, minlength=count)
        some_fraud, all_fraud = np.flatnonzero(frauds), np.flatnonzero(frauds == rows)
        for number in range(self.times):
            bits = np.random.PCG64(np.random.SeedSequence((self.seed, number)))
            weight, redrawn = _draw(bits, count), 0
            while not weight[some_fraud].any() or weight[all_fraud].sum() == count:
                weight, redrawn = _draw(bits, count), redrawn + 1
            yield Resample(weight, redrawn)


def clusters(scored: Scored) -> tuple[Ints, str]:
    """Return the cluster of each row (n,), codes 0 to C − 1, and its kind: entity, day or row.

    By entity when each row's is known, else by day when each row's time is; a kind of fewer
    than 10 clusters is passed over, and single rows remain. Empty in, empty out.
    """
    entity = scored.entity if scored.has_entities else None
    for kind, key in (("entity", entity), ("day", scored.day)):
        if key is None:
            continue
        found, code = np.unique(key, return_inverse=True)
        if len(found) >= FEWEST_CLUSTERS:
            return code.astype(np.int64), kind
    return np.arange(len(scored), dtype=np.int64), "row"


def _draw(bits: np.random.PCG64, count: int) -> Weights:
    """Return how often each of `count` clusters comes up in `count` draws.

    From raw bits: those of PCG64 are promised never to change, while what numpy makes of them
    is not, and the replicates of two runs must pair although years lie between them.
    """
    raw = bits.random_raw((count + 1) // 2).astype("<u8", copy=False).view("<u4")[:count]
    drawn = (raw * np.uint64(count)) >> np.uint64(32)  # Lemire 2019; bias below count / 2³²
    return np.bincount(drawn.view(np.int64), minlength=count).astype(np.int32)
