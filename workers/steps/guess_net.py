"""A network beside what it guesses without labels: hidden fields, and the event that comes next."""

import torch
from torch import Tensor, nn

from backend.steps.situation import GAP_STEPS
from workers.steps.hiding import surprise
from workers.steps.history_net import HistoryConfig, Net, TransactionModel


class Guesses(nn.Module):
    """What one network guesses: hidden fields from its head, the next event from its history."""

    def __init__(self, config: HistoryConfig) -> None:
        super().__init__()
        self.fields = [*config.steps, *config.words]  # classes of each
        self.numbers = len(config.steps)
        self.hidden = nn.Linear(config.hidden, sum(self.fields))
        self.ahead = _ahead(config) if config.depth else []
        classes = [GAP_STEPS, *(self.fields[place] for place in self.ahead)]
        self.next = nn.Linear(config.width, sum(classes)) if config.depth else None
        self.width, self.classes = config.width, classes

    def of_hidden(self, net: Net, found: Tensor, target: Tensor, hidden: Tensor) -> Tensor:
        """Return the mean loss of what was hidden, a scalar; `target` and `hidden` (b, fields)."""
        logits = self.hidden(net.head.think(found).mean(dim=1)).split(self.fields, dim=-1)
        asked = hidden & (target >= 0)
        losses = [
            surprise(logit, target[:, field], field < self.numbers) * asked[:, field]
            for field, logit in enumerate(logits)
            if logit.shape[1]
        ]
        return torch.stack(losses).sum() / asked.sum().clamp(min=1)

    def of_next(self, found: Tensor, target: Tensor, gap: Tensor) -> Tensor:
        """Return the mean loss of the next event, a scalar; -1 in `gap` (b,) where there is none.

        `target` (b, fields) are the fields of that event, `gap` the step of the time until it.
        """
        assert self.next is not None, "nothing comes next where there is no history"
        logits = self.next(found[:, -self.width :]).split(self.classes, dim=-1)
        there = gap >= 0
        losses = [surprise(logits[0], gap, ordered=True)]
        losses += [
            surprise(logit, target[:, field], field < self.numbers) * there
            for field, logit in zip(self.ahead, logits[1:], strict=True)
        ]
        return torch.stack(losses).mean(dim=0).sum() / there.sum().clamp(min=1)


class GuessingModel(nn.Module):
    """Networks beside what each of them guesses."""

    def __init__(self, model: TransactionModel) -> None:
        super().__init__()
        self.model = model
        self.guesses = nn.ModuleList(Guesses(model.config) for _ in model.nets)


def _ahead(config: HistoryConfig) -> list[int]:
    """Return the fields of the next event that are guessed: its amount and its categories."""
    words = [len(config.steps) + place for place in config.followed_words]
    return [0, *words] if config.amount else words
