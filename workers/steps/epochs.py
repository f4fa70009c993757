"""The training loop of models of histories: fresh rows every epoch, weights averaged, best kept.

What there is to learn, from labels or without them, is a `Task`.
"""

import copy
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from backend.steps import metrics
from workers.family import Diverged
from workers.signals import Wishes
from workers.steps.history_net import TransactionModel
from workers.steps.losses import LOSSES, SQUARED_ERROR, Loss
from workers.steps.seen import Floats, Places, Seen
from workers.steps.train import AP_FROM_FRAUDS, LOST_LOSSES, SHOWN, Best
from workers.voice import Voice

AT_ONCE = 4_096  # rows that are checked together
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
        said = torch.from_numpy(answers_of(model, self.checked))
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
    """One model that learns on one device."""

    model: torch.nn.Module
    pace: Pace
    task: Task
    rounds: list[Places]  # places of the rows of each epoch
    voice: Voice
    wishes: Wishes
    best: Best = field(default_factory=Best)
    step: int = 0

    def __post_init__(self) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model.to(self.device)
        self.average = copy.deepcopy(self.model).eval().requires_grad_(False)
        self.steps = sum(math.ceil(len(each) / self.pace.batch_size) for each in self.rounds)
        self.optimiser = _optimiser(self.model, self.pace)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, self._rate)

    def run(self) -> Best:
        """Learn, check after every epoch, and leave the best averaged weights in the model.

        Ends early when nothing got better for a while or somebody asks to keep the best. Raises
        Diverged when the loss was not a number three times in a row.
        """
        self.voice.plan(self.steps)
        began, waited = time.monotonic(), 0
        for epoch, places in enumerate(self.rounds):
            self._epoch(epoch, places, began)
            waited = 0 if self._check() else waited + 1
            if self.wishes.keep_best or waited == self.pace.patience:
                break
        self.model.load_state_dict(self.best.weights)
        self.model.cpu().eval()
        return self.best

    def _epoch(self, epoch: int, places: Places, began: float) -> None:
        lost, recent = 0, []
        for some in shuffled(places, self.pace.batch_size, self.pace.seed, epoch):
            self.step += 1
            recent.append(self._learn(some))
            lost = 0 if math.isfinite(recent[-1]) else lost + 1
            if lost == LOST_LOSSES:
                raise Diverged("The loss stopped being a number. Try a smaller learning rate.")
            if self.step % max(self.steps // SHOWN, 1) == 0:
                self.voice.point("train", self.step, float(np.mean(recent)))
                recent = []
            seconds = time.monotonic() - began
            speed = self.step * self.pace.batch_size / max(seconds, 1e-6)
            self.voice.pace(self.step, speed, seconds / self.step * (self.steps - self.step))
            if self.wishes.keep_best:
                break

    def _learn(self, places: Places) -> float:
        self.model.train()
        loss = self.task.loss(self.model, places, self.step / self.steps)
        self.optimiser.zero_grad(set_to_none=True)
        if torch.isfinite(loss):
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimiser.step()
            self.schedule.step()
            self._follow()
        return float(loss.detach())

    def _follow(self) -> None:
        kept = min(SLOWEST, (1 + self.step) / (10 + self.step))
        slow, fast = list(self.average.parameters()), list(self.model.parameters())
        with torch.no_grad():
            torch._foreach_lerp_(slow, fast, 1 - kept)

    def _check(self) -> bool:
        """Measure the averaged weights; True when they are the best so far."""
        checked = self.task.check(self.average)
        if checked is not None:
            self.voice.point("validation", self.step, checked.loss, checked.ap)
        value = checked.value if checked else math.nan
        if self.best.weights and value <= self.best.value:
            return False
        weights = {name: each.clone() for name, each in self.average.state_dict().items()}
        self.best = Best(value, self.step, weights)
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


def answers_of(model: torch.nn.Module, seen: Seen) -> Floats:
    """Return the mean answer of the members for each row, (n,) or (n, answers), in order."""
    model.eval()
    said: list[Floats] = []
    with torch.inference_mode():
        for start in range(0, max(len(seen), 1), AT_ONCE):
            row, past = on(model, *seen.batch(slice(start, start + AT_ONCE)))
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
