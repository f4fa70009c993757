"""What the automatic baselines reach on real data: on the rule of split others used, and on ours.

The datasets lie beside the repository; their README says what known baselines reach and how
rows were split for it. Boosted trees must reach that, less half of the interval it is given with.
"""

import io
import time
from collections.abc import Iterator
from typing import Any

import datasets as arrow
import numpy as np
import pandas as pd

import workers.models
from backend import plugins
from backend.scorer import open_scorer
from backend.steps import metrics, paired, split
from backend.steps.replicates import replicate
from backend.steps.resample import Resamples, clusters
from backend.steps.scored import Scored, from_frame
from benchmarks import report
from benchmarks.house import temporary_house
from benchmarks.real import REALS, Parts, Real, bring, by_rule
from workers.family import Learned, Lesson
from workers.order import Order
from workers.signals import Wishes
from workers.steps import read
from workers.steps.read import Part
from workers.voice import Voice

SECONDS = 60.0  # of tuning
OPTIONS: dict[str, dict[str, Any]] = {
    "constant": {},
    "amount": {"negatives_per_fraud": 500.0},
    "logistic": {"negatives_per_fraud": 500.0},
    "trees": {"seconds": SECONDS},
}
NOTE = (
    f"Trees are tuned for {SECONDS:.0f} seconds; seconds are those of learning and exporting, "
    "folds included. Split T and S are those of the README beside the data (the text messages "
    "without exact copies); ours leaves gaps for late labels. Known: the best row-only figure "
    "of that README, on its split; wanted: that less half its interval, or .030 where it gives "
    "none. Intervals: 1,000 resamples of whole cards, days or rows. Rows with few test frauds "
    "say luck before anything else."
)


def main() -> None:
    """Write the table of dataset, split, family, test AP with its interval, seconds and trials."""
    rows: list[dict[str, Any]] = []
    for real in REALS:
        if not real.is_there:
            print(f"{real.file} is not beside the repository; left out", flush=True)
            continue
        with temporary_house() as house:
            work = bring(real, house)
            table = read.open_table(work.dataset, work.columns, house / "scratch")
            for name, parts, divided in _splits(real, work, table):
                for family in OPTIONS:
                    if family != "amount" or _has_amount(parts["train"]):
                        rows.append(_measured(real, name, family, work, parts, divided))
    report.write("baselines", "What the automatic baselines reach", rows, NOTE)


def _splits(
    real: Real, work: Order, table: arrow.Dataset
) -> Iterator[tuple[str, Parts, split.Split | None]]:
    yield real.rule, by_rule(real, table), None
    divided, parts = read.divide(table, work.label_delay_days, work.uncovered)
    yield f"ours, by {divided.method}", parts, divided


def _measured(
    real: Real, name: str, family: str, work: Order, parts: Parts, divided: split.Split | None
) -> dict[str, Any]:
    began = time.monotonic()
    learned = _learned(family, work, parts, divided)
    seconds = time.monotonic() - began
    test = _scored(work, parts["test"])
    judged = metrics.judge(test.label, test.score)
    low, high = _interval(test) if judged.ap is not None else (None, None)
    figures = learned.extras.get("tuning", {})
    overall = learned.extras.get("overall") or {}
    wanted = real.wanted if family == "trees" else None
    return {
        "dataset": real.name,
        "split": name,
        "family": family,
        "test frauds": judged.frauds,
        "test AP": _shown(judged.ap),
        "from": _shown(low),
        "to": _shown(high),
        "known": _shown(real.known),
        "wanted": _shown(wanted),
        "reached": _reached(judged.ap, wanted),
        "seconds": seconds,
        "trials": figures.get("trials", ""),
        "optimism gap": _shown((overall.get("optimism_gap") or {}).get("gap")),
        "folds": _spread(overall.get("folds")),
        "note": judged.note,
    }


def _has_amount(part: Part) -> bool:
    return bool(part.columns(["_amount"])["_amount"].notna().any())


def _learned(family: str, work: Order, parts: Parts, divided: split.Split | None) -> Learned:
    chosen = plugins.collect(workers.models, "FAMILY")[family]
    told = parts["train"], parts["validation"], parts["test"]
    lesson = Lesson(work, *told, Voice(io.StringIO()), Wishes(), work.folder / "scratch", divided)
    learned: Learned = chosen.train(lesson, chosen.options.model_validate(OPTIONS[family]))
    learned.reader.write(work.folder)
    return learned


def _scored(work: Order, test: Part) -> Scored:
    frame = test.frame()
    scores = pd.DataFrame(
        {
            "row": frame["_row"],
            "label": frame["_label"],
            "score": open_scorer(work.folder, work.threads).score(frame),
            "amount": frame["_amount"],
            "time": frame["_time"],
        }
    )
    entity, _ = pd.factorize(frame["_entity"])
    return from_frame(scores, entity.astype(np.int64), work.clock)


def _interval(test: Scored) -> tuple[float, float]:
    cluster, _ = clusters(test)
    return paired.interval(replicate(test, Resamples(test.label, cluster)).arrays["ap"])


def _shown(figure: float | None) -> str:
    return "" if figure is None else f"{figure:.3f}"


def _reached(ap: float | None, wanted: float | None) -> str:
    if ap is None or wanted is None:
        return ""
    return "yes" if ap >= wanted else "no"


def _spread(folds: dict[str, Any] | None) -> str:
    if not folds or folds["ap"]["mean"] is None:
        return ""
    return f"{folds['ap']['mean']:.3f} ± {folds['ap']['sd']:.3f} ({folds['count']})"
