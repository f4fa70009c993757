"""The search for good trees: one choice of options after the other, until the time is up."""

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import optuna
from optuna.trial import TrialState

from backend.steps import metrics
from workers.family import Lesson
from workers.steps.grow import AP, Floats, Ground, Rows, Trees, grow
from workers.steps.regress import losses

# Tried first. Small trees, strongly held back: measured steady where frauds are rare; and
# LightGBM's own defaults, which are good where they are not.
USUAL: tuple[dict[str, Any], ...] = (
    {
        "learning_rate": 0.06,
        "num_leaves": 8,
        "min_data_in_leaf": 50,
        "lambda_l2": 30.0,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.8,
    },
    {
        "learning_rate": 0.1,
        "num_leaves": 31,
        "min_data_in_leaf": 20,
        "lambda_l2": 1.0,
        "feature_fraction": 1.0,
        "bagging_fraction": 1.0,
    },
)


@dataclass(frozen=True)
class Found:
    """What the search came to."""

    trees: Trees
    trials: int
    best_trial: int  # counted from 1
    seconds: float
    loss: float  # of the best trees on validation, mean nats; NaN when it cannot judge
    ap: float | None  # in the real mix; None when validation cannot judge


@dataclass
class Search:
    """A search under way."""

    lesson: Lesson
    ground: Ground
    train: Rows  # a look at what the trees grow on
    check: Rows
    kept_share: float
    seconds: float
    trials: int  # at most
    rows: int  # that trees grow on
    began: float = field(default_factory=time.monotonic)
    done: int = 0

    def run(self) -> Found:
        """Return the best trees; with a validation that cannot judge, the usual ones.

        The best have the highest AP on validation, or the lowest loss when it holds few
        frauds. At least one trial is made, cut short when the time or a wish ends it.
        """
        study = self._study()
        self.lesson.voice.plan(self.trials if self.ground.check else 1)
        best, best_trial = self._try(study), 1
        self._tell(best)
        while self.ground.check and self.done < self.trials and not self._over(0):
            trees = self._try(study)
            if self._better(trees, best):
                best, best_trial = trees, self.done
            self._tell(best)
        self.lesson.voice.plan(self.done)
        loss, ap = self._worth(best)
        return Found(best, self.done, best_trial, time.monotonic() - self.began, loss, ap)

    def _study(self) -> optuna.Study:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        sampler = optuna.samplers.TPESampler(seed=self.ground.seed)
        higher = self.ground.metric == AP
        study = optuna.create_study(direction="maximize" if higher else "minimize", sampler=sampler)
        for options in USUAL:
            study.enqueue_trial(options)
        return study

    def _try(self, study: optuna.Study) -> Trees:
        trial = study.ask()
        trees = grow(self.ground, _options(trial), self._over)
        self.done += 1
        if self.ground.check:
            study.tell(trial, trees.figure)
        else:
            study.tell(trial, state=TrialState.FAIL)
        return trees

    def _better(self, trees: Trees, than: Trees) -> bool:
        if self.ground.metric == AP:
            return trees.figure > than.figure
        return trees.figure < than.figure

    def _over(self, round_: int) -> bool:
        spent = time.monotonic() - self.began
        speed = self.rows * (round_ + 1) / max(spent, 1e-6)
        self.lesson.voice.pace(self.done, speed, max(self.seconds - spent, 0.0))
        return spent >= self.seconds or self.lesson.wishes.keep_best

    def _tell(self, best: Trees) -> None:
        """Tell how good the best trees so far are, and how many trials the time will bear."""
        spent = time.monotonic() - self.began
        left = max(self.seconds - spent, 0.0) * self.done / max(spent, 1e-6)
        if self.ground.check:
            self.lesson.voice.plan(min(self.trials, self.done + round(left)))
        learned = losses(self.train.label, best.logits(self.train.vectors))
        on_train = float(np.average(learned, weights=self.train.weight))
        self.lesson.voice.point("train", self.done, on_train)
        if self.ground.check:
            self.lesson.voice.point("validation", self.done, *self._worth(best))

    def _worth(self, trees: Trees) -> tuple[float, float | None]:
        """Return loss in the mix of the training rows and AP in the real one."""
        if not self.check.judges:
            return float("nan"), None
        label, weight = self.check.label, self.check.weight
        logit: Floats = trees.logits(self.check.vectors)
        mix = np.where(label == 1, weight, weight * self.kept_share)
        loss = float(np.average(losses(label, logit), weights=mix))
        return loss, metrics.average_precision(label, logit, weight)


def _options(trial: optuna.Trial) -> dict[str, Any]:
    """Ask for one choice of LightGBM's options; no class weight, which lowers AP."""
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.2, log=True),
        "num_leaves": trial.suggest_int("num_leaves", 4, 64, log=True),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 5, 200, log=True),
        "lambda_l2": trial.suggest_float("lambda_l2", 0.01, 100.0, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.3, 1.0),
        "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1.0),
    }
