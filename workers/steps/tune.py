"""The search for good trees: one choice of options after the other, until the time is up."""

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import optuna
from optuna.trial import TrialState

from backend.steps import metrics
from workers.family import Lesson
from workers.steps.checkpoint import Saved, Snapshot
from workers.steps.grow import AP, Floats, Ground, Rows, Trees, grow
from workers.steps.regress import losses
from workers.voice import LEFT

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
    tried: list[tuple[dict[str, Any], float]] = field(default_factory=list)  # options, figure
    best: Trees | None = None
    best_trial: int = 0

    def run(self) -> Found:
        """Return the best trees; with a validation that cannot judge, the usual ones.

        The best have the highest AP on validation, or the lowest loss when it holds few
        frauds. At least one trial is made, cut short when the time or a wish ends it. An attempt
        goes on from the trials that one before it finished, in the time that was left; what it
        draws next is its own, so it may find others than a search that was never interrupted.
        """
        if saved := self.lesson.keeper.load():
            self._restore(saved)
        study = self._study()
        self.lesson.voice.plan(self.trials if self.ground.check else 1)
        with self.lesson.wishes.looked_at():
            while (best := self.best) is None or self._goes_on():
                self._try(study)
        self.lesson.voice.plan(self.done)
        loss, ap = self._worth(best)
        return Found(best, self.done, self.best_trial, time.monotonic() - self.began, loss, ap)

    @property
    def done(self) -> int:
        """Number of trials that are finished."""
        return len(self.tried)

    def _goes_on(self) -> bool:
        return self.ground.check is not None and self.done < self.trials and not self._is_over(0)

    def _study(self) -> optuna.Study:
        """Return a study that knows the trials there were, and begins with the usual ones."""
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        sampler = optuna.samplers.TPESampler(seed=self.ground.seed + self.done)
        higher = self.ground.metric == AP
        study = optuna.create_study(direction="maximize" if higher else "minimize", sampler=sampler)
        for options, figure in self.tried:
            study.enqueue_trial(options)
            trial = study.ask()
            _options(trial)
            study.tell(trial, figure)
        for options in USUAL[self.done :]:
            study.enqueue_trial(options)
        return study

    def _try(self, study: optuna.Study) -> None:
        trial = study.ask()
        trees = grow(self.ground, _options(trial), self._stops)
        if self.lesson.wishes.leave:  # it may have been cut short, and does not count
            self._leave()
        self.tried.append((trees.options, trees.figure))
        if self.ground.check:
            study.tell(trial, trees.figure)
        else:
            study.tell(trial, state=TrialState.FAIL)
        if self.best is None or self._better(trees, self.best):
            self.best, self.best_trial = trees, self.done
        self._tell(self.best)
        if self.lesson.keeper.due(self.done):
            self.lesson.keeper.save(self.done, *self._snapshot(self.best))
        if self.lesson.wishes.leave:
            self._leave()

    def _leave(self) -> None:
        if self.best is not None:
            self.lesson.keeper.save(self.done, *self._snapshot(self.best))
        raise SystemExit(LEFT)

    def _snapshot(self, best: Trees) -> Snapshot:
        state = {
            "tried": self.tried,
            "best": {"rounds": best.rounds, "options": best.options, "figure": best.figure},
            "best_trial": self.best_trial,
            "seconds": time.monotonic() - self.began,
        }
        return {"trees": np.frombuffer(best.written(), np.uint8)}, state

    def _restore(self, saved: Saved) -> None:
        state = saved.state
        self.tried = [(options, figure) for options, figure in state["tried"]]
        self.best = Trees.read(saved.arrays["trees"].tobytes(), **state["best"])
        self.best_trial = state["best_trial"]
        self.began = time.monotonic() - state["seconds"]

    def _better(self, trees: Trees, than: Trees) -> bool:
        if self.ground.metric == AP:
            return trees.figure > than.figure
        return trees.figure < than.figure

    def _stops(self, round_: int) -> bool:
        return self._is_over(round_) or self.lesson.wishes.leave

    def _is_over(self, round_: int) -> bool:
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
