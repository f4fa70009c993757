"""The training loop of text classifiers: batches of like length, checks, the best kept."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from backend.steps import metrics, tokens
from workers.family import Diverged
from workers.signals import Wishes
from workers.voice import Voice

BATCHES_SORTED = 50  # batches whose rows are sorted by length together
CHECKED_AT_ONCE = 256
WEIGHT_DECAY = 0.01
LOST_LOSSES = 3  # losses in a row that are not numbers
AP_FROM_FRAUDS = 30  # frauds in the checked sample from which AP decides, else the loss
SHOWN = 150  # training points that are told

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Texts:
    """Tokenised rows with their labels, and how many rows each stands for."""

    ids: tokens.Ids
    label: NDArray[np.int64]
    weight: Floats

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Recipe:
    """How to learn."""

    epochs: float
    learning_rate: float
    batch_size: int
    warm_up: float  # share of the steps
    checks: int  # looks at the validation sample
    seed: int
    pad: int


@dataclass
class Best:
    """The best weights so far."""

    value: float = -math.inf
    step: int = 0
    weights: dict[str, torch.Tensor] = field(default_factory=dict)


@dataclass
class Training:
    """One model being trained on one device."""

    model: torch.nn.Module
    recipe: Recipe
    train: Texts
    rounds: list[Rows]  # places in `train` of each epoch
    check: Texts
    kept_share: float
    voice: Voice
    wishes: Wishes
    seconds_after: Callable[[float], float]  # seconds per checked row -> seconds of what follows
    best: Best = field(default_factory=Best)
    step: int = 0

    def __post_init__(self) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model.to(self.device)
        a_round = math.ceil(len(self.rounds[0]) / self.recipe.batch_size)
        self.steps = max(round(self.recipe.epochs * a_round), 1)
        self.every = max(self.steps // self.recipe.checks, 1)
        self.seconds_per_check = 0.0

    def run(self) -> Best:
        """Train, check, and leave the best weights in the model.

        Ends early when somebody asks to keep the best. Raises Diverged when the loss was not
        a number three times in a row.
        """
        self.voice.plan(self.steps)
        optimiser = _optimiser(self.model, self.recipe.learning_rate)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, self._rate)
        began, lost, recent = time.monotonic(), 0, []
        for places in self._batches():
            self.step += 1
            loss = self._learn(places, optimiser)
            schedule.step()
            lost = 0 if math.isfinite(loss) else lost + 1
            if lost == LOST_LOSSES:
                raise Diverged("The loss stopped being a number. Try a smaller learning rate.")
            recent.append(loss)
            if self.step % max(self.steps // SHOWN, 1) == 0:
                self.voice.point("train", self.step, float(np.mean(recent)))
                recent = []
            self._pace(time.monotonic() - began)
            if self.step % self.every == 0 or self.step == self.steps:
                self._check()
            if self.wishes.keep_best:
                break
        if not self.best.weights:
            self._check()
        self.model.load_state_dict(self.best.weights)
        return self.best

    def _learn(self, places: list[int], optimiser: torch.optim.Optimizer) -> float:
        self.model.train()
        with autocast(self.device):
            ids = [self.train.ids[place] for place in places]
            logits = _forward(self.model, ids, self.recipe.pad)
        label = torch.from_numpy(self.train.label[places]).to(self.device)
        loss = functional.cross_entropy(logits.float(), label)
        optimiser.zero_grad(set_to_none=True)
        if torch.isfinite(loss):
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            optimiser.step()
        return float(loss.detach())

    def _check(self) -> None:
        """Measure the fixed validation sample and keep the weights when they are the best.

        The loss is weighted to the mix that is trained on, so that both curves compare; the
        average precision is weighted to the real mix.
        """
        ap, loss = None, math.nan
        if len(self.check):
            began = time.monotonic()
            logit = logits_of(self.model, self.check.ids, self.recipe.pad, fast=True)
            self.seconds_per_check = time.monotonic() - began
            loss, ap = measure(self.check, logit, self.kept_share)
            self.voice.point("validation", self.step, loss, ap)
        value = worth(self.check, loss, ap)
        if not self.best.weights or value >= self.best.value or math.isnan(self.best.value):
            weights = {name: tensor.clone() for name, tensor in self.model.state_dict().items()}
            self.best = Best(value, self.step, weights)

    def _pace(self, seconds: float) -> None:
        checks_done, checks_left = self.step // self.every, self.recipe.checks
        learning = seconds - checks_done * self.seconds_per_check
        left = learning / self.step * (self.steps - self.step)
        left += max(checks_left - checks_done, 0) * self.seconds_per_check
        left += self.seconds_after(self.seconds_per_check / max(len(self.check), 1))
        rows = self.step * self.recipe.batch_size
        self.voice.pace(self.step, rows / max(learning, 1e-6), left)

    def _batches(self) -> Iterator[list[int]]:
        """Yield `steps` batches; the order depends on the seed and the epoch alone."""
        left = self.steps
        for epoch, places in enumerate(self.rounds):
            ids = [self.train.ids[place] for place in places]
            for batch in shuffled(ids, self.recipe.batch_size, self.recipe.seed, epoch)[:left]:
                yield places[batch].tolist()
                left -= 1

    def _rate(self, step: int) -> float:
        warm = max(round(self.recipe.warm_up * self.steps), 1)
        if step < warm:
            return (step + 1) / warm
        return max((self.steps - step) / max(self.steps - warm, 1), 0.0)


def measure(check: Texts, logit: Floats, kept_share: float) -> tuple[float, float | None]:
    """Return (loss, average precision) of the logits (n,) of checked texts.

    The loss, in nats, is weighted to the mix that is trained on; average precision to the real
    mix, None when there are too few frauds or nothing else. Raises ZeroDivisionError when empty.
    """
    label, weight = check.label, check.weight
    as_trained = np.where(label == 1, weight, weight * kept_share)
    losses = np.logaddexp(0, np.where(label == 1, -logit, logit))
    loss = float(np.average(losses, weights=as_trained))
    both = metrics.FEWEST_FRAUDS <= label.sum() < len(label)
    return loss, metrics.average_precision(label, logit, weight) if both else None


def worth(check: Texts, loss: float, ap: float | None) -> float:
    """Return the figure that is to be as large as can be: AP, or -loss when frauds are few."""
    return ap if ap is not None and check.label.sum() >= AP_FROM_FRAUDS else -loss


def shuffled(ids: tokens.Ids, size: int, seed: int, epoch: int) -> list[list[int]]:
    """Return every place in `ids` once, in random batches of texts of like length."""
    draw = np.random.default_rng([seed, epoch])
    order = draw.permutation(len(ids))
    length = np.array([len(each) for each in ids])
    batches: list[list[int]] = []
    for start in range(0, len(order), size * BATCHES_SORTED):
        some = order[start : start + size * BATCHES_SORTED]
        some = some[np.argsort(length[some], kind="stable")]
        batches.extend(some[at : at + size].tolist() for at in range(0, len(some), size))
    return [batches[place] for place in draw.permutation(len(batches))]


def autocast(device: torch.device) -> AbstractContextManager[Any]:
    """Return the context that computes in bfloat16 where the device does so natively."""
    able = torch.cpu.get_capabilities()
    if device.type == "cuda" or able.get("avx512_bf16") or able.get("amx_bf16"):
        return torch.autocast(device.type, dtype=torch.bfloat16)
    return nullcontext()


def logits_of(model: torch.nn.Module, ids: tokens.Ids, pad: int, fast: bool = False) -> Floats:
    """Return the logit of fraud of each text (n,), in order; empty in, empty out.

    `fast` computes in bfloat16 where the device can, else in float32.
    """
    model.eval()
    logit = np.zeros(len(ids))
    device = next(model.parameters()).device
    with torch.inference_mode(), autocast(device) if fast else nullcontext():
        for batch in tokens.by_length(ids, CHECKED_AT_ONCE):
            pair = _forward(model, [ids[place] for place in batch], pad).float()
            logit[batch] = (pair[:, 1] - pair[:, 0]).cpu().numpy()
    return logit


def _forward(model: torch.nn.Module, ids: tokens.Ids, pad: int) -> torch.Tensor:
    device = next(model.parameters()).device
    numbers, mask = (torch.from_numpy(each).to(device) for each in tokens.padded(ids, pad))
    logits: torch.Tensor = model(input_ids=numbers, attention_mask=mask).logits
    return logits


def _optimiser(model: torch.nn.Module, rate: float) -> torch.optim.Optimizer:
    """AdamW over what learns; biases and norms, which have one dimension, do not decay."""
    learning = [each for each in model.parameters() if each.requires_grad]
    matrices = [each for each in learning if each.ndim > 1]
    others = [each for each in learning if each.ndim <= 1]
    groups: list[dict[str, Any]] = [{"params": matrices}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, weight_decay=WEIGHT_DECAY, fused=True)
