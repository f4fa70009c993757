"""The training loop of text classifiers: batches of like length, checks, the best kept."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from backend.steps import metrics, tokens
from workers.signals import Wishes
from workers.steps.checkpoint import Keeper
from workers.steps.crew import Agreed, Crew, Losses
from workers.steps.learner import Best, Learner
from workers.voice import Voice

BATCHES_SORTED = 50  # batches whose rows are sorted by length together
CHECKED_AT_ONCE = 256  # texts, unless a card was full
WEIGHT_DECAY = 0.01
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
class Training:
    """One model being trained on one device, or on several together."""

    model: torch.nn.Module
    recipe: Recipe
    train: Texts
    rounds: list[Rows]  # places in `train` of each epoch
    check: Texts
    kept_share: float
    voice: Voice
    wishes: Wishes
    keeper: Keeper
    seconds_after: Callable[[float], float]  # seconds per checked row -> seconds of what follows
    crew: Crew = field(default_factory=Crew)

    def __post_init__(self) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model.to(self.device)
        a_round = math.ceil(len(self.rounds[0]) / self.recipe.batch_size)
        self.steps = max(round(self.recipe.epochs * a_round), 1)
        self.every = max(self.steps // self.recipe.checks, 1)
        self.seconds_per_check = 0.0
        optimiser = _optimiser(self.model, self.recipe.learning_rate)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, self._rate)
        self.learner = Learner(self.model, optimiser, schedule, crew=self.crew)
        self.losses = self.crew.join(Losses(self.model, self._loss))

    def run(self) -> Best:
        """Train, check, and leave the best weights in the model.

        Goes on from a checkpoint where there is one. Ends early when somebody asks to keep the
        best. Raises Diverged when the loss was not a number three times in a row, and SystemExit,
        having kept all, when somebody asks to leave.
        """
        self.voice.plan(self.steps)
        if saved := self.keeper.load():
            self.learner.restore(saved)
        self.began = time.monotonic() - self.learner.seconds
        with self.wishes.looked_at():
            for places in islice(self._batches(), self.learner.step, None):
                if self.learner.ended:
                    break
                self._take(places)
        self.crew.disband()
        self.model.load_state_dict(self.learner.best.weights)
        return self.learner.best

    def _take(self, places: Rows) -> None:
        """Take a step, look whether it helped, tell of it, and keep all where that is due."""
        learner = self.learner
        agreed = self._learn(places)
        if learner.step % max(self.steps // SHOWN, 1) == 0:
            self.voice.point("train", learner.step, learner.mean_loss())
        learner.seconds = time.monotonic() - self.began
        self._pace(learner.seconds)
        learner.ended = agreed.keep_best or learner.step == self.steps
        is_due = learner.step % self.every == 0 or learner.step == self.steps
        if is_due or (learner.ended and not learner.best.weights):
            self._check()
        learner.keep(self.keeper, agreed)

    def _learn(self, places: Rows) -> Agreed:
        self.model.train()
        learner = self.learner
        learner.optimiser.zero_grad(set_to_none=True)
        loss = self.crew.go_back(self.losses, places)
        agreed = self.crew.agree(loss, self.wishes, self.keeper.due(learner.step + 1))
        learner.hear(agreed.loss)
        if math.isfinite(agreed.loss):
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            learner.optimiser.step()
        learner.schedule.step()
        return agreed

    def _loss(self, places: Rows) -> torch.Tensor:
        with autocast(self.device):
            ids = [self.train.ids[place] for place in places]
            logits = _forward(self.model, ids, self.recipe.pad)
        label = torch.from_numpy(self.train.label[places]).to(self.device)
        return functional.cross_entropy(logits.float(), label)

    def _check(self) -> None:
        """Measure the fixed validation sample and keep the weights when they are the best.

        The loss is weighted to the mix that is trained on, so that both curves compare; the
        average precision is weighted to the real mix. The first process of a crew measures for
        all.
        """
        learner = self.learner
        (value,) = self.crew.sum(self._worth() if self.crew.is_first else 0.0)
        best = learner.best
        if not best.weights or value >= best.value or math.isnan(best.value):
            weights = {name: tensor.clone() for name, tensor in self.model.state_dict().items()}
            learner.best = Best(value, learner.step, weights)

    def _worth(self) -> float:
        ap, loss = None, math.nan
        if len(self.check):
            began = time.monotonic()
            at_once = CHECKED_AT_ONCE >> self.crew.halvings
            logit = logits_of(self.model, self.check.ids, self.recipe.pad, True, at_once)
            self.seconds_per_check = time.monotonic() - began
            loss, ap = measure(self.check, logit, self.kept_share)
            self.voice.point("validation", self.learner.step, loss, ap)
        return worth(self.check, loss, ap)

    def _pace(self, seconds: float) -> None:
        step = self.learner.step
        checks_done, checks_left = step // self.every, self.recipe.checks
        learning = seconds - checks_done * self.seconds_per_check
        left = learning / step * (self.steps - step)
        left += max(checks_left - checks_done, 0) * self.seconds_per_check
        left += self.seconds_after(self.seconds_per_check / max(len(self.check), 1))
        rows = step * self.recipe.batch_size
        self.voice.pace(step, rows / max(learning, 1e-6), left)

    def _batches(self) -> Iterator[Rows]:
        """Yield `steps` batches; the order depends on the seed and the epoch alone."""
        left = self.steps
        for epoch, places in enumerate(self.rounds):
            ids = [self.train.ids[place] for place in places]
            for batch in shuffled(ids, self.recipe.batch_size, self.recipe.seed, epoch)[:left]:
                yield places[batch]
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


def logits_of(
    model: torch.nn.Module,
    ids: tokens.Ids,
    pad: int,
    fast: bool = False,
    at_once: int = CHECKED_AT_ONCE,
) -> Floats:
    """Return the logit of fraud of each text (n,), in order; empty in, empty out.

    `fast` computes in bfloat16 where the device can, else in float32.
    """
    model.eval()
    logit = np.zeros(len(ids))
    device = next(model.parameters()).device
    with torch.inference_mode(), autocast(device) if fast else nullcontext():
        for batch in tokens.by_length(ids, at_once):
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
