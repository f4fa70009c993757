"""The training loop of models of histories: fresh rows every epoch, weights averaged, best kept."""

import copy
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from backend.steps import metrics
from backend.steps.events import Events
from backend.steps.fields import Fields
from backend.steps.situation import Rows
from workers.family import Diverged
from workers.signals import Wishes
from workers.steps.history_net import TransactionModel
from workers.steps.losses import LOSSES, SQUARED_ERROR, Loss
from workers.steps.train import AP_FROM_FRAUDS, LOST_LOSSES, SHOWN, Best
from workers.voice import Voice

AT_ONCE = 4_096  # rows that are checked together
WARM_UP, LAST_RATE = 0.05, 0.05  # share of the steps; share of the learning rate
SLOWEST = 0.998  # part of the averaged weights that stays, at a step
WEIGHT_DECAY = 3e-4

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Seen:
    """Labelled rows with their past, and how many rows each stands for."""

    read: Fields
    events: Events | None  # None without a history
    rows: Rows
    label: NDArray[np.int64]
    weight: Floats
    wanted: Floats | None = None  # what is to be answered; None: the label

    @property
    def target(self) -> Floats:
        """What is to be answered of each row (n,)."""
        return self.label.astype(np.float64) if self.wanted is None else self.wanted

    def __len__(self) -> int:
        return len(self.label)

    def batch(self, places: Places | slice) -> tuple[Tensor, Tensor | None]:
        """Return what the model reads of the rows at these places."""
        some = self.rows.some(places)
        past = None if self.events is None else torch.from_numpy(some.past(self.read, self.events))
        return torch.from_numpy(some.row), past


@dataclass(frozen=True)
class Pace:
    """How to learn."""

    learning_rate: float
    batch_size: int
    patience: int  # epochs without a better check before it ends
    seed: int


@dataclass
class Schooling:
    """One model that learns on one device."""

    model: TransactionModel
    pace: Pace
    train: Seen
    rounds: list[Places]  # places in `train` of each epoch
    check: Seen
    kept_share: float
    voice: Voice
    wishes: Wishes
    best: Best = field(default_factory=Best)
    step: int = 0

    def __post_init__(self) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model.to(self.device)
        self.average = copy.deepcopy(self.model).eval().requires_grad_(False)
        self.steps = sum(math.ceil(len(each) / self.pace.batch_size) for each in self.rounds)
        self.optimiser = _optimiser(self.model, self.pace.learning_rate)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, self._rate)

    @property
    def loss(self) -> Loss:
        """How far off an answer is."""
        return LOSSES[self.model.config.loss]

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
        row, past = self.train.batch(places)
        logits = self.model(row.to(self.device), None if past is None else past.to(self.device))
        target, weight = (
            torch.from_numpy(each[places]).to(self.device, logits.dtype)
            for each in (self.train.target, self.train.weight)
        )
        loss = (weight * self.loss.of(logits, target)).mean()
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
        """Measure the averaged weights on validation rows; True when they are the best so far.

        The loss is weighted to the mix that is trained on, so that both curves compare; the
        average precision is weighted to the real mix.
        """
        ap, loss = None, math.nan
        if len(self.check):
            loss, ap = self._measure(answers_of(self.average, self.check))
            self.voice.point("validation", self.step, loss, ap)
        steady = (
            int(self.check.label.sum()) >= AP_FROM_FRAUDS
            and self.model.config.loss != SQUARED_ERROR
        )
        value = ap if ap is not None and steady else -loss
        if self.best.weights and value <= self.best.value:
            return False
        weights = {name: each.clone() for name, each in self.average.state_dict().items()}
        self.best = Best(value, self.step, weights)
        return True

    def _measure(self, answer: Floats) -> tuple[float, float | None]:
        label, weight = self.check.label, self.check.weight
        as_trained = np.where(label == 1, weight, weight * self.kept_share)
        said = torch.from_numpy(answer)
        losses = self.loss.of(said[:, None], torch.from_numpy(self.check.target)).numpy()
        loss = float(np.average(losses, weights=as_trained))
        both = metrics.FEWEST_FRAUDS <= label.sum() < len(label)
        logit = self.loss.logit(said).numpy()
        return loss, metrics.average_precision(label, logit, weight) if both else None

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


def logits_of(model: TransactionModel, seen: Seen) -> Floats:
    """Return what ranks each row (n,), in order: the log-odds of fraud, or the number learned."""
    said = torch.from_numpy(answers_of(model, seen))
    found: Floats = LOSSES[model.config.loss].logit(said).numpy()
    return found


def answers_of(model: TransactionModel, seen: Seen) -> Floats:
    """Return the mean answer of the members for each row, (n,) or (n, answers), in order."""
    model.eval()
    answers = model.config.answers
    said = np.zeros((len(seen), answers) if answers > 1 else len(seen))
    device = next(model.parameters()).device
    with torch.inference_mode():
        for start in range(0, len(seen), AT_ONCE):
            some = slice(start, start + AT_ONCE)
            row, past = seen.batch(some)
            found = model(row.to(device), None if past is None else past.to(device))
            said[some] = found.mean(dim=1).double().cpu().numpy()
    return said


def _optimiser(model: torch.nn.Module, rate: float) -> torch.optim.Optimizer:
    matrices = [each for each in model.parameters() if each.ndim > 1]
    others = [each for each in model.parameters() if each.ndim <= 1]
    groups = [
        {"params": matrices, "weight_decay": WEIGHT_DECAY},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=rate)
