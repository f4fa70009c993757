"""What a network learns without labels: to guess hidden fields, and what an entity does next."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from backend.steps.events import NOBODY
from backend.steps.situation import GAP_STEPS, Rows, gap_place
from workers.steps.epochs import AT_ONCE, Checked, Labelled, on
from workers.steps.guess_net import GuessingModel
from workers.steps.hiding import hide, targets
from workers.steps.seen import Places, Seen

LEAST, MOST = 0.1, 0.5  # share of the fields that is hidden of a row
NOTHING = -1  # the place of the next event where there is none


@dataclass(frozen=True)
class Unlabelled:
    """Rows to guess hidden fields of, and the next event of their entity; a `Task`."""

    train: Seen
    checked: Seen
    seed: int
    at_once: int = AT_ONCE  # rows that are checked together

    def loss(self, model: torch.nn.Module, places: Places, done: float) -> Tensor:
        """Return the mean loss of guesses at these rows, in nats; hidden is what chance says."""
        assert isinstance(model, GuessingModel), "only a guessing model learns without labels"
        return _loss(model, self.train, self._upcoming, places, None)

    def check(self, model: torch.nn.Module) -> Checked | None:
        """Measure the loss on rows it does not learn from, with fields hidden as ever before."""
        assert isinstance(model, GuessingModel), "only a guessing model learns without labels"
        if not len(self.checked):
            return None
        chance = torch.Generator().manual_seed(self.seed)
        losses, rows = [], np.arange(len(self.checked))
        with torch.inference_mode():
            for start in range(0, len(rows), self.at_once):
                some = rows[start : start + self.at_once]
                told = _loss(model, self.checked, self._upcoming_checked, some, chance)
                losses.append(float(told) * len(some))
        loss = sum(losses) / len(rows)
        return Checked(-loss, loss, None)

    @cached_property
    def _upcoming(self) -> Places:
        return upcoming(self.train.rows)

    @cached_property
    def _upcoming_checked(self) -> Places:
        return upcoming(self.checked.rows)


@dataclass(frozen=True)
class Beside:
    """A task from labels, and one without them beside it that matters less and less."""

    labelled: Labelled
    unlabelled: Unlabelled
    weight: float  # of the second at the beginning; falls evenly to 0

    def loss(self, model: torch.nn.Module, places: Places, done: float) -> Tensor:
        """Return the loss of these rows and, weighed, of as many drawn without asking labels."""
        assert isinstance(model, GuessingModel), "only a guessing model learns without labels"
        told = self.labelled.loss(model.model, places, done)
        drawn = torch.randint(len(self.unlabelled.train), (len(places),)).numpy()
        return told + self.weight * (1 - done) * self.unlabelled.loss(model, drawn, done)

    def check(self, model: torch.nn.Module) -> Checked | None:
        """Measure what is learned from labels."""
        assert isinstance(model, GuessingModel), "only a guessing model learns without labels"
        return self.labelled.check(model.model)


def upcoming(rows: Rows) -> Places:
    """Return the place of the next event of each row's entity among the rows (n,), -1 for none."""
    found = np.full(len(rows), NOTHING)
    order = np.lexsort((rows.time, rows.entity))
    here, after = order[:-1], order[1:]
    same = (rows.entity[here] == rows.entity[after]) & (rows.entity[here] != NOBODY)
    found[here] = np.where(same & (rows.time[after] > rows.time[here]), after, NOTHING)
    return found


def _loss(
    model: GuessingModel,
    seen: Seen,
    following: Places,
    places: Places,
    chance: torch.Generator | None,
) -> Tensor:
    config = model.model.config
    row, past = seen.batch(places)
    target = targets(config, row)
    share = torch.empty(len(row), 1).uniform_(LEAST, MOST, generator=chance)
    hidden = torch.rand(target.shape, generator=chance) < share
    shown, past = on(model, *hide(config, row, past, hidden))
    after, gap = (each.to(shown.device) for each in _next(seen, following[places], places))
    target, hidden = target.to(shown.device), hidden.to(shown.device)
    names, losses = model.model.names(), []
    for net, guesses in zip(model.model.nets, model.guesses, strict=True):
        found = net.find(shown, past, names)
        losses.append(guesses.of_hidden(net, found, target, hidden))
        if config.depth:
            losses.append(guesses.of_next(found, targets(config, after), gap))
    return torch.stack(losses).sum() / len(model.guesses)


def _next(seen: Seen, following: Places, places: Places) -> tuple[Tensor, Tensor]:
    """Return the row that comes next, and the step of the time until then, -1 where none does."""
    after = seen.rows.some(np.maximum(following, 0))
    gap = gap_place(after.time - seen.rows.time[places])
    step = np.minimum(np.nan_to_num(gap), GAP_STEPS - 1).astype(np.int64)
    return torch.from_numpy(after.row), torch.from_numpy(np.where(following < 0, NOTHING, step))
