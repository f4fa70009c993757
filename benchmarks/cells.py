"""One cell of the table of quality: a dataset with so many labels, a model, a seed.

Each is a process of its own with one thread. What it came to is kept in a folder, so that a
table that takes hours can be begun again where it ended.
"""

import io
import json
import os
import shutil
import subprocess
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

import workers.models
from backend import plugins
from backend.scorer import MODEL, open_scorer
from backend.steps import metrics, split
from backend.steps.columns import to_plain
from backend.steps.scored import Scored, from_frame
from backend.steps.split import Split
from benchmarks.house import house_at
from benchmarks.real import Parts, Real, bring, by_rule
from benchmarks.report import machine
from settings import ROOT
from workers.family import Family, Learned, Lesson
from workers.order import FILE as ORDER
from workers.order import Order
from workers.signals import Wishes
from workers.steps import read, recall
from workers.steps.read import Part
from workers.voice import Voice

PARTS, BEGUN, TOLD, SCORES = "parts.npz", "begun", "told.json", "scores.npz"
FEWEST_FRAUDS = 5  # labelled, that a fraction of the training part must hold

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Variant:
    """A family with options, under the name it has in the table."""

    name: str
    family: str
    options: dict[str, Any] = field(default_factory=dict)
    start: str = ""  # the variant whose networks it goes on from
    shares: tuple[float, ...] = (1.0,)  # of the labels, with which it is measured
    only: tuple[str, ...] = ()  # datasets; empty: all


@dataclass(frozen=True)
class Cell:
    """What is measured by one process."""

    real: Real
    share: float  # of the labels of the training part
    variant: Variant
    seed: int

    @property
    def key(self) -> str:
        """The name of the folder it is kept in."""
        slug = "".join(c if c.isalnum() else "-" for c in self.variant.name)
        return f"{self.real.name}-{self.share:g}-{slug}-{self.seed}"


def prepare(real: Real, store: Path) -> None:
    """Import the dataset into the store once and keep where its parts lie."""
    house = store / real.name
    if (house / PARTS).exists():
        return
    house.mkdir(parents=True, exist_ok=True)
    with house_at(house):
        order = bring(real, house)
        parts = by_rule(real, read.open_table(order.dataset, order.columns, house / "scratch"))
    told = {**asdict(order), "columns": to_plain(order.columns)}
    (house / ORDER).write_text(json.dumps(told, default=str))
    kept: dict[str, Any] = {n: np.stack([part.rows, part.label]) for n, part in parts.items()}
    np.savez(house / PARTS, **kept)


def claimed(cell: Cell, store: Path) -> bool:
    """Take a cell that nobody took before; False when it is taken or done."""
    folder = store / cell.key
    folder.mkdir(parents=True, exist_ok=True)
    try:
        (folder / BEGUN).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def let_go(cell: Cell, store: Path) -> None:
    """Give a cell back that was begun and never finished."""
    if told(cell, store) is None:
        shutil.rmtree(store / cell.key, ignore_errors=True)


def measure(cell: Cell, store: Path) -> None:
    """Learn and score one cell in this process, and keep what came of it in the store."""
    order, parts, hidden = _opened(cell, store)
    family: Family = plugins.collect(workers.models, "FAMILY")[cell.variant.family]
    seeded = {"seed": cell.seed} if "seed" in family.options.model_fields else {}
    options = family.options.model_validate({**cell.variant.options, **seeded})
    lesson = _lesson(cell, order, parts, hidden, options)
    began = time.monotonic()
    learned: Learned = family.train(lesson, options)
    seconds = time.monotonic() - began
    learned.reader.write(order.folder)
    _keep(cell, store, lesson, learned, seconds)
    shutil.rmtree(order.folder / "scratch", ignore_errors=True)


def told(cell: Cell, store: Path) -> dict[str, Any] | None:
    """Return what a finished cell came to, or None."""
    path = store / cell.key / TOLD
    found: dict[str, Any] | None = json.loads(path.read_text()) if path.exists() else None
    return found


def scored(cell: Cell, store: Path) -> Scored:
    """Return the scores that a finished cell gave the test part."""
    with np.load(store / cell.key / SCORES) as arrays:
        held = {name: arrays[name] for name in arrays}
    clock = str(held.pop("clock"))
    return Scored(**held, clock=clock)


def _opened(cell: Cell, store: Path) -> tuple[Order, Parts, Rows]:
    """Return the order, the parts, and the rows of the training part whose labels are hidden."""
    house = store / cell.real.name
    order = Order.read(house)
    with np.load(house / PARTS) as arrays:
        kept = {name: (rows.astype(np.int64), label) for name, (rows, label) in arrays.items()}
    folder = store / cell.key / "run"
    folder.mkdir(exist_ok=True)
    rows, label = kept["train"]
    there = _with_labels(label, cell.share, cell.seed)
    kept["train"] = (rows[there], label[there])
    hidden = np.delete(rows, there)
    if cell.share < 1:
        order = replace(order, dataset=_hiding(order.dataset, hidden, cell, store))
    order = replace(order, folder=folder, threads=1, family=cell.variant.family)
    if cell.variant.start:
        begun = replace(cell, variant=Variant(cell.variant.start, ""))
        order = replace(order, start=store / begun.key / "run")
    table = read.open_table(order.dataset, order.columns, folder / "scratch")
    return order, {name: Part(table, *part) for name, part in kept.items()}, hidden


def _with_labels(label: NDArray[np.float64], share: float, seed: int) -> Rows:
    """Return which training rows keep their label, frauds and others alike, drawn by the seed."""
    draw, kept = np.random.default_rng(seed), []
    for value in (1, 0):
        there = np.flatnonzero(label == value)
        wanted = max(round(share * len(there)), FEWEST_FRAUDS)
        kept.append(draw.choice(there, min(wanted, len(there)), replace=False))
    return np.sort(np.concatenate(kept))


def _hiding(dataset: Path, hidden: Rows, cell: Cell, store: Path) -> Path:
    """Write the dataset once more without the labels of some rows; risk must not know them."""
    folder = store / cell.real.name / f"labels-{cell.share:g}-{cell.seed}"
    target = folder / dataset.name
    if not target.exists():
        folder.mkdir(exist_ok=True)
        table = pq.read_table(dataset)
        known = np.ones(len(table), dtype=bool)
        known[hidden] = False
        place = table.column_names.index("_label")
        label = pc.if_else(pa.array(known), table["_label"], None)
        table = table.set_column(place, table.schema.field("_label"), label)
        draft = target.with_suffix(f".{os.getpid()}")
        pq.write_table(table, draft)
        draft.replace(target)
    return target


def _lesson(cell: Cell, order: Order, parts: Parts, hidden: Rows, options: Any) -> Lesson:
    voice, scratch = Voice(io.StringIO()), order.folder / "scratch"
    wanted = getattr(options, "past", False)
    table = parts["train"].table
    past, found = recall.recall(order, table, parts, voice, scratch) if wanted else (None, parts)
    told = found["train"], found["validation"], found["test"]
    part = np.full(table.num_rows, split.GAP, dtype="<U10")
    for name, some in found.items():
        part[some.rows] = name
    part[hidden] = split.UNLABELLED  # what pre-trains reads them, too
    divided = Split(part, "time" if cell.real.rule == "T" else "random")
    return Lesson(order, *told, voice, Wishes(), scratch, divided, past)


def _keep(cell: Cell, store: Path, lesson: Lesson, learned: Learned, seconds: float) -> None:
    folder, ap = store / cell.key, {}
    if (lesson.order.folder / MODEL).exists():  # what only pre-trains answers nothing
        ap = _scores(lesson, folder)
    told = {
        "validation_ap": ap.get("validation"),
        "seconds": seconds,
        "parameters": learned.parameters,
        "frauds_learned": int((lesson.train.label == 1).sum()),
        "carried": learned.extras.get("carried"),
        "commit": _commit(),
        "machine": machine(),
    }
    (folder / TOLD).write_text(json.dumps(told))


def _scores(lesson: Lesson, folder: Path) -> dict[str, float | None]:
    """Score validation and test rows, keep the latter's scores, and return the AP of both."""
    scorer = open_scorer(lesson.order.folder, 1)
    frames = {name: getattr(lesson, name).frame() for name in ("validation", "test")}
    found = {
        name: _from(frame, scorer.score(frame), lesson.order) for name, frame in frames.items()
    }
    np.savez(folder / SCORES, **vars(found["test"]))
    return {name: metrics.judge(one.label, one.score).ap for name, one in found.items()}


def _from(frame: pd.DataFrame, score: NDArray[np.float64], order: Order) -> Scored:
    own = {name: frame[f"_{name}"] for name in ("row", "label", "amount", "time")}
    entity, _ = pd.factorize(frame["_entity"])
    return from_frame(pd.DataFrame({**own, "score": score}), entity.astype(np.int64), order.clock)


def _commit() -> str:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(
        asked, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
