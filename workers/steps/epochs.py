"""The training loop of models of histories: fresh rows every epoch, weights averaged, best kept.

What there is to learn, from labels or without them, is a `Task`.
"""

import copy
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from backend.steps import metrics
from workers.signals import Wishes
from workers.steps.checkpoint import Keeper
from workers.steps.crew import Agreed, Crew, Losses
from workers.steps.history_net import TransactionModel
from workers.steps.learner import Best, Learner
from workers.steps.losses import LOSSES, SQUARED_ERROR, Loss
from workers.steps.seen import Floats, Places, Seen
from workers.steps.train import AP_FROM_FRAUDS, SHOWN
from workers.voice import Voice

AT_ONCE = 4_096  # rows that are checked together, unless a card was full
WARM_UP, LAST_RATE = 0.05, 0.05  # share of the steps; share of the learning rate
SLOWEST = 0.998  # part of the averaged weights that stays, at a step
WEIGHT_DECAY = 3e-4
SLOWER = 0.5  # of the learning rate, for weights that learned before


@dataclass(frozen=True)
class Pace:
    """How to learn."""

    learning_rate: float
    batch_size: int
    patience: int  # epochs without a better check before it ends
    seed: int
    brought: frozenset[str] = frozenset()  # weights that learned before, and go slower


class Checked(NamedTuple):
    """How good the averaged weights are."""

    value: float  # the larger the better
    loss: float
    ap: float | None


class Task(Protocol):
    """What there is to learn."""

    def loss(self, model: torch.nn.Module, places: Places, done: float) -> Tensor:
        """Return the loss of these rows, a scalar; `done` is the share of the steps taken."""

    def check(self, model: torch.nn.Module) -> Checked | None:
        """Measure the model on rows it does not learn from; None when there are none."""


@dataclass(frozen=True)
class Labelled:
    """To tell frauds, or what else is wanted of each row, for a TransactionModel."""

    of: Loss
    train: Seen
    checked: Seen
    kept_share: float
    at_once: int = AT_ONCE  # rows that are checked together

    def loss(self, model: torch.nn.Module, places: Places, done: float) -> Tensor:
        """Return the mean loss of these rows."""
        row, past = on(model, *self.train.batch(places))
        logits = model(row, past)
        target, weight = (
            torch.from_numpy(each[places]).to(row.device, logits.dtype)
            for each in (self.train.target, self.train.weight)
        )
        return (weight * self.of.of(logits, target)).mean()

    def check(self, model: torch.nn.Module) -> Checked | None:
        """Measure on validation rows: by AP where frauds are many, else by loss.

        The loss is weighted to the mix that is trained on, so that both curves compare; the
        average precision is weighted to the real mix.
        """
        if not len(self.checked):
            return None
        label, weight = self.checked.label, self.checked.weight
        said = torch.from_numpy(answers_of(model, self.checked, self.at_once))
        losses = self.of.of(said[:, None], torch.from_numpy(self.checked.target)).numpy()
        as_trained = np.where(label == 1, weight, weight * self.kept_share)
        loss = float(np.average(losses, weights=as_trained))
        both = metrics.FEWEST_FRAUDS <= label.sum() < len(label)
        logit = self.of.logit(said).numpy()
        ap = metrics.average_precision(label, logit, weight) if both else None
        steady = label.sum() >= AP_FROM_FRAUDS and self.of is not LOSSES[SQUARED_ERROR]
        return Checked(ap if ap is not None and steady else -loss, loss, ap)


@dataclass
class Schooling:
    """One model that learns on one device, or on several together."""

    model: torch.nn.Module
    pace: Pace
    task: Task
    rounds: list[Places]  # places of the rows of each epoch
    voice: Voice
    wishes: Wishes
    keeper: Keeper
    crew: Crew = field(default_factory=Crew)

    def __post_init__(self) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model.to(self.device)
        average = copy.deepcopy(self.model).eval().requires_grad_(False)
        self.steps = sum(math.ceil(len(each) / self.pace.batch_size) for each in self.rounds)
        optimiser = _optimiser(self.model, self.pace)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, self._rate)
        self.learner = Learner(self.model, optimiser, schedule, average, self.crew)
        self.losses = self.crew.join(Losses(self.model, partial(self.task.loss, self.model)))

    def run(self) -> Best:
        """Learn, check after every epoch, and leave the best averaged weights in the model.

        Goes on from a checkpoint where there is one. Ends early when nothing got better for a
        while or somebody asks to keep the best. Raises Diverged when the loss was not a number
        three times in a row, and SystemExit, having kept all, when somebody asks to leave.
        """
        self.voice.plan(self.steps)
        if saved := self.keeper.load():
            self.learner.restore(saved)
        self.began = time.monotonic() - self.learner.seconds
        with self.wishes.looked_at():
            for places, is_last in self._left():
                self._take(places, is_last)
                if self.learner.ended:
                    break
        self.crew.disband()
        self.model.load_state_dict(self.learner.best.weights)
        self.model.cpu().eval()
        return self.learner.best

    def _left(self) -> Iterator[tuple[Places, bool]]:
        """Yield the batches that are left, and whether each is the last of its epoch."""
        if self.learner.ended:
            return
        at = 0
        for epoch, places in enumerate(self.rounds):
            batches = list(shuffled(places, self.pace.batch_size, self.pace.seed, epoch))
            for number, some in enumerate(batches, start=1):
                at += 1
                if at > self.learner.step:
                    yield some, number == len(batches)

    def _take(self, places: Places, is_last: bool) -> None:
        """Take a step, look whether it helped, tell of it, and keep all where that is due."""
        learner = self.learner
        agreed = self._learn(places)
        if learner.step % max(self.steps // SHOWN, 1) == 0:
            self.voice.point("train", learner.step, learner.mean_loss())
        learner.seconds = time.monotonic() - self.began
        speed = learner.step * self.pace.batch_size / max(learner.seconds, 1e-6)
        left = learner.seconds / learner.step * (self.steps - learner.step)
        self.voice.pace(learner.step, speed, left)
        if is_last or agreed.keep_best:
            learner.waited = 0 if self._check() else learner.waited + 1
        patient = learner.waited < self.pace.patience
        learner.ended = agreed.keep_best or not patient or learner.step == self.steps
        learner.keep(self.keeper, agreed)

    def _learn(self, places: Places) -> Agreed:
        self.model.train()
        learner = self.learner
        learner.optimiser.zero_grad(set_to_none=True)
        loss = self.crew.go_back(self.losses, places, (learner.step + 1) / self.steps)
        agreed = self.crew.agree(loss, self.wishes, self.keeper.due(learner.step + 1))
        learner.hear(agreed.loss)
        if math.isfinite(agreed.loss):
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            learner.optimiser.step()
            learner.schedule.step()
            self._follow()
        return agreed

    def _follow(self) -> None:
        assert self.learner.average is not None, "this loop averages the weights"
        step = self.learner.step
        kept = min(SLOWEST, (1 + step) / (10 + step))
        slow, fast = list(self.learner.average.parameters()), list(self.model.parameters())
        with torch.no_grad():
            torch._foreach_lerp_(slow, fast, 1 - kept)

    def _check(self) -> bool:
        """Measure the averaged weights; True when they are the best so far.

        The first process of a crew measures for all.
        """
        learner, average = self.learner, self.learner.average
        assert average is not None, "this loop averages the weights"
        checked = self.task.check(average) if self.crew.is_first else None
        if checked is not None:
            self.voice.point("validation", learner.step, checked.loss, checked.ap)
        own = checked.value if checked else math.nan
        (value,) = self.crew.sum(own if self.crew.is_first else 0.0)
        if learner.best.weights and value <= learner.best.value:
            return False
        weights = {name: each.clone() for name, each in average.state_dict().items()}
        learner.best = Best(value, learner.step, weights)
        return True

    def _rate(self, step: int) -> float:
        warm = max(round(WARM_UP * self.steps), 1)
        if step < warm:
            return (step + 1) / warm
        done = min((step - warm) / max(self.steps - warm, 1), 1.0)
        return LAST_RATE + (1 - LAST_RATE) * (1 + math.cos(math.pi * done)) / 2


def shuffled(places: Places, size: int, seed: int, epoch: int) -> Iterator[Places]:
    """Yield every place once, in random batches; the order depends on seed and epoch alone."""
    order = np.random.default_rng([seed, epoch]).permutation(places)
    for start in range(0, len(order), size):
        yield order[start : start + size]


def on(model: torch.nn.Module, row: Tensor, past: Tensor | None) -> tuple[Tensor, Tensor | None]:
    """Return the rows and their past on the device of the model."""
    device = next(model.parameters()).device
    return row.to(device), None if past is None else past.to(device)


def logits_of(model: TransactionModel, seen: Seen) -> Floats:
    """Return what ranks each row (n,), in order: the log-odds of fraud, or the number learned."""
    said = torch.from_numpy(answers_of(model, seen))
    found: Floats = LOSSES[model.config.loss].logit(said).numpy()
    return found


def answers_of(model: torch.nn.Module, seen: Seen, at_once: int = AT_ONCE) -> Floats:
    """Return the mean answer of the members for each row, (n,) or (n, answers), in order.

    Computed for so many rows `at_once`.
    """
    model.eval()
    said: list[Floats] = []
    with torch.inference_mode():
        for start in range(0, max(len(seen), 1), at_once):
            row, past = on(model, *seen.batch(slice(start, start + at_once)))
            said.append(model(row, past).mean(dim=1).double().cpu().numpy())
    return np.concatenate(said)


def _optimiser(model: torch.nn.Module, pace: Pace) -> torch.optim.Optimizer:
    """AdamW; what has one dimension does not decay, what was brought along learns slower."""
    groups = []
    for brought in (False, True):
        some = [p for name, p in model.named_parameters() if (name in pace.brought) == brought]
        rate = pace.learning_rate * (SLOWER if brought else 1)
        matrices, others = [p for p in some if p.ndim > 1], [p for p in some if p.ndim <= 1]
        groups += [
            {"params": matrices, "lr": rate, "weight_decay": WEIGHT_DECAY},
            {"params": others, "lr": rate, "weight_decay": 0.0},
        ]
    return torch.optim.AdamW([group for group in groups if group["params"]])
