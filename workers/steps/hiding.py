"""Fields hidden from a network, and what it should have guessed: learning without labels.

A hidden field takes with it all that would give it away: the logarithm of the amount, and how
earlier events compare with it.
"""

import torch
from torch import Tensor
from torch.nn import functional

from backend.steps.fields import ABSENT, UNKNOWN
from backend.steps.situation import RATIO, SIDES
from workers.steps.history_net import HistoryConfig

NEIGHBOURS = 0.1  # of a target's weight goes to the step below and as much to the step above
UNTOLD = -1  # the target of a number that is missing


def hide(
    config: HistoryConfig, row: Tensor, past: Tensor | None, hidden: Tensor
) -> tuple[Tensor, Tensor | None]:
    """Return rows (b, n) and their past (b, depth, n) without the `hidden` fields (b, fields)."""
    numbers, words = len(config.steps), len(config.words)
    row = row.clone()
    row[:, :numbers].masked_fill_(hidden[:, :numbers], ABSENT)
    row[:, numbers : numbers + words].masked_fill_(hidden[:, numbers:], UNKNOWN)
    shown = (~hidden).to(row.dtype)
    if config.amount:
        row[:, numbers + words] *= shown[:, 0]  # the amount again, as a logarithm
    if past is None:
        return row, None
    past = past.clone()
    at = SIDES + len(config.followed)
    past[..., at : at + len(config.followed)] *= shown[:, None, config.followed]
    at += len(config.followed) + len(config.followed_words)
    past[..., at:] *= shown[:, None, [numbers + place for place in config.followed_words]]
    if config.amount:
        past[..., RATIO] *= shown[:, :1]
    return row, past


def targets(config: HistoryConfig, row: Tensor) -> Tensor:
    """Return the step of each number and the code of each category, (b, fields); -1 missing."""
    numbers, words = len(config.steps), len(config.words)
    most = [max(steps - 1, 0) for steps in config.steps]
    steps = torch.tensor(most, dtype=torch.long, device=row.device)
    place = row[:, :numbers]
    step = torch.minimum(place.floor().long(), steps)
    step = torch.where(place < 0, UNTOLD, step)
    return torch.cat([step, row[:, numbers : numbers + words].long()], dim=1)


def surprise(logit: Tensor, target: Tensor, ordered: bool) -> Tensor:
    """Return the cross-entropy of (b, classes) with (b,), in nats; 0 where the target is -1.

    With `ordered` classes a tenth of the target belongs to either neighbour (Luetto et al., "One
    Transformer for All Time Series", 2023: labels smoothed over the neighbourhood).
    """
    chance = functional.log_softmax(logit, dim=-1)
    last = logit.shape[-1] - 1
    told = target.clamp(0, last)

    def of(place: Tensor) -> Tensor:
        return -chance.gather(1, place.clamp(0, last)[:, None])[:, 0]

    found = of(told)
    if ordered:
        near = of(told - 1) + of(told + 1)
        found = (1 - 2 * NEIGHBOURS) * found + NEIGHBOURS * near
    return torch.where(target == UNTOLD, 0, found)
