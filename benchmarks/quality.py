"""What each part of the transaction transformer adds, beside trees tuned on the same features.

Every dataset of `benchmarks.real`, three seeds, all labels and fractions of them. Hours on two
cores; a run that was cut short goes on where it ended when it is begun again.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import quality_table
from benchmarks.cells import Cell, Variant, claimed, let_go, measure, prepare
from benchmarks.real import REALS, Real
from settings import ROOT
from workers.device import threads

STORE = Path(tempfile.gettempdir()) / "touchstone-quality"
SEEDS = (0, 1, 2)
TREES, BEST = quality_table.TREES, quality_table.BEST
TUNED = 120.0  # seconds of tuning, about what the default takes, or 30 trials
PRETRAINED = "pre-training"
ONE = {"size": "tiny", "networks": 1}
THREE = {"size": "tiny", "networks": 3}
TUNING = {"seconds": TUNED, "trials": 30, "folds": 0}
FEW = (0.01, 0.1)
ALL = (*FEW, 1.0)
CARDS = ("sparkov_dev",)  # whose customers come back, so that there is a past
WHOLE = (*CARDS, "ulb_492fraud_2773legit", "sms_phishing", "uci_default_15000")  # fit to compare
VARIANTS = (
    Variant("prevalence", "constant"),
    Variant("logistic", "logistic"),
    Variant("trees, row only", TREES, {**TUNING, "past": False}, only=CARDS),
    Variant(TREES, TREES, TUNING, shares=ALL),
    Variant("head", "transaction", {**ONE, "events": 0}, only=WHOLE),
    Variant(
        "head, row attention", "transaction", {**ONE, "events": 0, "field_blocks": 1}, only=WHOLE
    ),
    Variant("head, past features", "transaction", {**ONE, "events": 0, "past": True}, only=CARDS),
    Variant("history", "transaction", ONE, only=CARDS),
    Variant("history, past features", "transaction", {**ONE, "past": True}, only=CARDS),
    Variant(BEST, "transaction", THREE, shares=ALL),
    Variant("3 networks, past features", "transaction", {**THREE, "past": True}, only=CARDS),
    Variant(PRETRAINED, "pretrain", {"steps": 1_500}, shares=ALL, only=WHOLE),
    Variant("3 networks, pre-trained", "transaction", THREE, PRETRAINED, ALL, WHOLE),
    Variant("text", "bert", {"layers": 3}, only=WHOLE),
)


def main() -> None:
    """Measure what is missing on all cores, then write the table."""
    there = [real for real in REALS if real.is_there]
    for real in there:
        prepare(real, STORE)
    for cell in cells(there):
        let_go(cell, STORE)
    alone = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "benchmarks.quality", "work"]
    at_work = [subprocess.Popen(command, cwd=ROOT, env=alone) for _ in range(threads())]
    for process in at_work:
        process.wait()
    quality_table.write(cells(there), STORE)


def work() -> None:
    """Measure one cell after the other, each in a process of its own, until none is left."""
    for place, cell in enumerate(cells([real for real in REALS if real.is_there])):
        if claimed(cell, STORE):
            print(cell.key, flush=True)
            command = [sys.executable, "-m", "benchmarks.quality", "cell", str(place)]
            subprocess.run(command, cwd=ROOT, check=False)


def cells(reals: Sequence[Real]) -> list[Cell]:
    """Return everything that is measured, what others start from first."""
    return [
        Cell(real, share, variant, seed)
        for real in reals
        for share in (1.0, *FEW)
        for variant in VARIANTS
        if share in variant.shares and real.name in (variant.only or (real.name,))
        for seed in SEEDS
    ]


if __name__ == "__main__":
    if sys.argv[1] == "work":
        work()
    else:
        measure(cells([real for real in REALS if real.is_there])[int(sys.argv[2])], STORE)
