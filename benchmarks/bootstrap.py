"""How long a thousand resamples of a test part take, beside a loop that sorts each one anew."""

import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
from sklearn.metrics import (
    average_precision_score,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from backend.steps.metrics import RATES
from backend.steps.replicates import replicate
from backend.steps.resample import Resamples, clusters
from backend.steps.scored import DAY, UNKNOWN, Scored
from benchmarks import report
from settings import ROOT

SIZES = (100_000, 1_000_000)
KINDS = ("entity", "day", "row")
DAYS, ROWS_EACH, FRAUD_RATE = 90, 10, 0.01
LOOPED = 3  # resamples the plain loop is given
NOTE = (
    "1,000 resamples; 1% frauds, 10 rows a customer, 90 days. Ours: every ranking figure, the "
    "band of the precision-recall curve, and money at up to 200 thresholds. Plain loop: the "
    "ranking figures and the curve by scikit-learn, the resample as weights, without money; "
    "timed on 3 resamples and multiplied, so an estimate. Each line in its own process; peak "
    "memory includes Python, the libraries and the scores."
)


def main() -> None:
    """Write the table of rows, clusters, seconds, peak memory and the ratio to a plain loop."""
    rows = [_apart(size, kind) for size in SIZES for kind in KINDS]
    report.write("bootstrap", "A thousand resamples of a test part", rows, NOTE)


def _apart(size: int, kind: str) -> dict[str, int | float | str]:
    program = f"from benchmarks.bootstrap import measure\nprint(measure({size}, {kind!r}))"
    fast, peak, slow, count = (
        float(word) for word in _run([sys.executable, "-c", program]).split()
    )
    return {
        "rows": size,
        "cluster": kind,
        "clusters": int(count),
        "seconds": fast,
        "peak MB": peak,
        "plain loop, seconds": slow,
        "times faster": slow / fast,
    }


def _run(command: list[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def measure(size: int, kind: str) -> str:
    """Return seconds, peak MB, the plain loop's seconds and the number of clusters, as text."""
    scored = _scored(size, kind)
    began = time.perf_counter()
    cluster, found = clusters(scored)
    assert found == kind
    resamples = Resamples(scored.label, cluster)
    replicate(scored, resamples)
    fast = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    few = Resamples(scored.label, cluster, times=LOOPED)
    slow = _seconds(lambda: _plain_loop(scored, few)) * len(resamples) / LOOPED
    return f"{fast} {peak} {slow} {resamples.clusters}"


def _plain_loop(scored: Scored, resamples: Resamples) -> None:
    for one in resamples:
        weight = one.weight[resamples.cluster]
        average_precision_score(scored.label, scored.score, sample_weight=weight)
        roc_auc_score(scored.label, scored.score, sample_weight=weight)
        precision_recall_curve(scored.label, scored.score, sample_weight=weight)
        wrong, right, _ = roc_curve(scored.label, scored.score, sample_weight=weight)
        for rate in RATES.values():
            right[wrong <= rate].max()


def _seconds(action: Callable[[], None]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _scored(size: int, kind: str) -> Scored:
    draw = np.random.default_rng(0)
    label = (draw.random(size) < FRAUD_RATE).astype(np.int64)
    customers = draw.integers(0, size // ROWS_EACH, size)
    return Scored(
        row=np.arange(size),
        label=label,
        score=1 / (1 + np.exp(4 - 2 * label - draw.normal(size=size))),
        amount=draw.gamma(2, 30, size),
        time=np.sort(draw.random(size)) * DAYS * DAY,
        entity=customers if kind == "entity" else np.full(size, UNKNOWN),
        clock="none" if kind == "row" else "date",
    )


if __name__ == "__main__":
    main()
