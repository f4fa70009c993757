"""What about this one? A transaction typed by hand, answered by a run's exported model."""

import time
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from backend import datasets, files, policies, runs, store
from backend.errors import ModelNotReady, TransactionRefused
from backend.queueing import TRAIN
from backend.scorer import Scorer, open_scorer
from backend.steps import form
from backend.steps.form import Field
from backend.steps.kinds import likeliest

__all__ = ["Field", "Scored", "fields", "from_row", "open_scorer", "score"]

MODELS_KEPT_OPEN = 4


@dataclass(frozen=True)
class Scored:
    """The answer to one transaction."""

    score: float  # probability of fraud, 0 to 1; of a model of amounts a rank
    band: str  # low, review or high
    percentile: float  # share of test transactions that scored lower, 0 to 1
    milliseconds: float  # that the model took
    review: float  # the run's threshold; before one was saved, where 1% of good payments lie
    high: float  # score from which 0.1% of legitimate validation rows lie, or the threshold above
    version: int | None  # of the threshold in force; None before one was saved
    kind: str | None = None  # the likeliest, of a model that tells kinds of fraud apart
    amount: float | None = None  # that a model of amounts predicts; its score is a rank

    @property
    def is_alert(self) -> bool:
        """True when somebody should look; a score equal to the threshold raises an alert."""
        return self.score >= self.review


def fields(run_id: int) -> tuple[Field, ...]:
    """Return the form of a run: the columns its model reads, filled with what is usual.

    Raises RunNotFound; ModelNotReady when the run has no finished model.
    """
    reader = _scorer(run_id).reader
    return form.fields_of(reader.profile, reader.columns, reader.fields, reader.past)


def from_row(run_id: int, row: int) -> dict[str, Any]:
    """Return the values of the stored transaction `row` of a run's dataset, by field name.

    Raises RunNotFound; ModelNotReady; TransactionRefused when the dataset has no such row.
    """
    found = datasets.rows_of(runs.get(run_id).dataset_id, [row])
    if found.empty:
        raise TransactionRefused(f"The dataset has no transaction {row + 1:,}.")
    return form.values_of(_scorer(run_id).reader.profile, fields(run_id), found.iloc[0])


def score(run_id: int, values: dict[str, Any]) -> Scored:
    """Return what a run's model says about one transaction.

    `values` are given by field name; one left out or None is missing. The band follows the
    run's newest policy: its threshold is where looking begins. Raises RunNotFound;
    ModelNotReady; TransactionRefused naming the field that cannot be read; PastGone.
    """
    scorer = _scorer(run_id)
    reader = scorer.reader
    frame = form.frame_of(reader.profile, fields(run_id), values)
    began = time.perf_counter()
    answer = scorer.logits(frame)
    probability = float(reader.score(answer)[0])
    took = (time.perf_counter() - began) * 1_000
    below = float(np.searchsorted(reader.marks, probability, side="left"))
    policy = policies.newest(run_id)
    review = policy.threshold if policy else reader.review
    edges = replace(reader, review=review, high=max(reader.high, review))
    return Scored(
        score=probability,
        band=edges.band(probability),
        percentile=below / max(len(reader.marks), 1),
        milliseconds=took,
        review=edges.review,
        high=edges.high,
        version=policy.version if policy else None,
        kind=likeliest(reader.kinds, scorer.kinds(frame))[0],
        amount=None if reader.is_probability else float(reader.amount(answer)[0]),
    )


def _scorer(run_id: int) -> Scorer:
    run = runs.get(run_id)
    if not run.is_judged or run.kind != TRAIN:
        raise ModelNotReady("This run has no finished model, so it cannot score. Choose another.")
    return _open(store.fetched(files.run_folder(run.id, run.attempt)))


@lru_cache(maxsize=MODELS_KEPT_OPEN)
def _open(folder: Path) -> Scorer:
    """Open a model once; its folder is sealed and never written again."""
    files.verify(folder)
    return open_scorer(folder)
