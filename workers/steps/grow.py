"""Boosted trees from one choice of options: grown until validation stops getting better."""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.steps import metrics
from backend.steps.encode import Vectors
from workers.steps import openmp

openmp.lend()  # before LightGBM looks for it
import lightgbm as lgb  # noqa: E402

lgb.register_logger(logging.getLogger("lightgbm"))  # it would print among the events told

MOST_ROUNDS = 2_000
ROUNDS_UNTUNED = 200  # when validation cannot say when to stop
PATIENCE, LEAST_PATIENCE = 5.0, 30  # rounds without a gain, at a learning rate of 1; at least
STEADY_FRAUDS = 100  # on validation; with fewer its AP jumps, and the loss says when to stop
AP, LOSS = "average_precision", "binary_logloss"

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Stop = Callable[[int], bool]  # told the round, answers whether growing must end


@dataclass(frozen=True)
class Rows:
    """Vectors with their labels, and how many real rows each of them stands for."""

    vectors: Vectors  # (n, places)
    label: Labels  # (n,)
    weight: Floats  # (n,)

    def __len__(self) -> int:
        return len(self.label)

    @property
    def frauds(self) -> int:
        """Number of frauds."""
        return int(self.label.sum())

    @property
    def judges(self) -> bool:
        """True when there are both classes, and frauds enough for more than luck."""
        return metrics.FEWEST_FRAUDS <= self.frauds < len(self)


@dataclass(frozen=True)
class Ground:
    """What trees grow on: binned training rows, and the rows that say when to stop."""

    train: lgb.Dataset
    check: lgb.Dataset | None  # None when validation cannot judge
    metric: str  # AP, or LOSS when validation frauds are few
    threads: int  # 0: all cores
    seed: int

    @classmethod
    def prepare(
        cls, train: Rows, check: Rows, kept_share: float, threads: int, seed: int
    ) -> "Ground":
        """Bin the rows once for all trials. `kept_share` of the legitimate train rows is there.

        Validation is weighed to the mix of the training rows, so that both losses compare.
        """
        binned = {"feature_pre_filter": False, "verbosity": -1, "num_threads": threads}
        rows = lgb.Dataset(train.vectors, train.label, params=binned).construct()
        mix = np.where(check.label == 1, check.weight, check.weight * kept_share)
        judge = rows.create_valid(check.vectors, check.label, weight=mix) if check.judges else None
        metric = AP if check.frauds >= STEADY_FRAUDS else LOSS
        return cls(rows, judge, metric, threads, seed)


@dataclass(frozen=True)
class Trees:
    """What one choice of options came to."""

    booster: lgb.Booster
    rounds: int  # trees that are used: up to the best check
    options: dict[str, Any]  # LightGBM's names
    figure: float  # of the ground's metric on validation; NaN without one

    def logits(self, vectors: Vectors) -> Floats:
        """Return the logit of each vector, (n,)."""
        if not len(vectors):
            return np.zeros(0)
        found = self.booster.predict(vectors, raw_score=True, num_iteration=self.rounds)
        return np.asarray(found, dtype=np.float64)

    @property
    def leaves(self) -> int:
        """Number of leaves in all trees used."""
        return sum(tree["num_leaves"] for tree in self.dumped())

    def written(self) -> bytes:
        """Return all trees as LightGBM writes them; what it reads from that answers the same."""
        text: str = self.booster.model_to_string(num_iteration=-1)
        return text.encode()

    @classmethod
    def read(cls, written: bytes, **told: Any) -> "Trees":
        """Return trees that were written so, with the rest of what they came to."""
        return cls(lgb.Booster(model_str=written.decode()), **told)

    def dumped(self) -> list[dict[str, Any]]:
        """Return every tree used, as LightGBM tells it."""
        told: list[dict[str, Any]] = self.booster.dump_model(num_iteration=self.rounds)["tree_info"]
        return told


def grow(ground: Ground, options: dict[str, Any], stop: Stop, rounds: int = 0) -> Trees:
    """Grow trees with these options until validation stops gaining or `stop` says so.

    With `rounds` as many are grown whatever validation says; without it, and without a
    validation that can judge, 200.
    """
    check = None if rounds else ground.check
    watch = _Watch(ground.metric, stop, _patience(options) if check else MOST_ROUNDS)
    booster = lgb.train(
        {**_fixed(ground), **options},
        ground.train,
        num_boost_round=rounds or (MOST_ROUNDS if check else ROUNDS_UNTUNED),
        valid_sets=[check] if check else None,
        callbacks=[watch],
    )
    used = watch.best + 1 if check else booster.current_iteration()
    return Trees(booster, used, options, watch.figure)


@dataclass(eq=False)  # LightGBM keeps its callbacks in a set
class _Watch:
    """Called after every round: remembers the best one, and ends the growing."""

    metric: str
    stop: Stop
    patience: int
    best: int = 0
    figure: float = field(default=math.nan)

    order = 30  # after LightGBM's own callbacks
    before_iteration = False

    def __call__(self, env: Any) -> None:
        for _, metric, value, higher_is_better, *_ in env.evaluation_result_list:
            gain = value - self.figure if higher_is_better else self.figure - value
            if metric == self.metric and (math.isnan(self.figure) or gain > 0):
                self.best, self.figure = env.iteration, value
        if env.iteration - self.best >= self.patience or self.stop(env.iteration):
            raise lgb.callback.EarlyStopException(self.best, env.evaluation_result_list)


def _fixed(ground: Ground) -> dict[str, Any]:
    return {
        "objective": "binary",
        "metric": ground.metric,
        "bagging_freq": 1,
        "feature_pre_filter": False,
        "seed": ground.seed,
        "deterministic": True,
        "force_col_wise": True,  # else the faster way is timed, and chance decides
        "num_threads": ground.threads,
        "verbosity": -1,
    }


def _patience(options: dict[str, Any]) -> int:
    return max(LEAST_PATIENCE, round(PATIENCE / options["learning_rate"]))
