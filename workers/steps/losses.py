"""How far off the answers of a network are: of fraud or not, of its kind, of an amount.

A network has members that answer side by side. Each is judged by itself and the mean is taken,
so that every member learns to answer alone (Gorishniy, Kotelnikov and Babenko, "TabM: Advancing
Tabular Deep Learning with Parameter-Efficient Ensembling", 2024, section 3.3).
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

FOCUS, BALANCE = 2.0, 0.25  # gamma and alpha that the authors of the focal loss found best
FARTHEST = 80.0  # log-odds beyond which float32 holds no exponential
LEGITIMATE = 0  # place of "no fraud" among kinds


def cross_entropy(logit: Tensor, label: Tensor) -> Tensor:
    """Return −log(probability of what happened) in nats: (rows, members), (rows,) -> (rows,).

    `logit` is the log-odds of fraud, `label` 1 for fraud and 0 for legitimate. The mean over
    the members; empty in, empty out.
    """
    truth = label.to(logit.dtype)[:, None].expand_as(logit)
    found = functional.binary_cross_entropy_with_logits(logit, truth, reduction="none")
    return found.mean(dim=1)


def focal(logit: Tensor, label: Tensor, alpha: float = BALANCE, gamma: float = FOCUS) -> Tensor:
    """Return −αₜ (1 − pₜ)^γ log pₜ: (rows, members), (rows,) -> (rows,); else as `cross_entropy`.

    pₜ is the probability of what happened; αₜ is alpha for a fraud and 1 − alpha otherwise.
    Source: Lin et al., "Focal Loss for Dense Object Detection", 2017, equation 5.
    """
    truth = label.to(logit.dtype)[:, None].expand_as(logit)
    sign = 2 * truth - 1
    missed = torch.sigmoid(-sign * logit) ** gamma
    weight = alpha * truth + (1 - alpha) * (1 - truth)
    return (-weight * missed * functional.logsigmoid(sign * logit)).mean(dim=1)


def softmax_cross_entropy(answer: Tensor, kind: Tensor) -> Tensor:
    """Return −log(probability of the kind) in nats: (rows, members, kinds), (rows,) -> (rows,).

    `kind` is the place of the right one, 0 for legitimate. The mean over the members; empty in,
    empty out.
    """
    chance = functional.log_softmax(answer, dim=-1)
    place = kind.long()[:, None, None].expand(-1, answer.shape[1], 1)
    return -chance.gather(-1, place)[..., 0].mean(dim=1)


def squared_error(answer: Tensor, value: Tensor) -> Tensor:
    """Return (answer − value)²: (rows, members), (rows,) -> (rows,).

    The mean over the members; empty in, empty out.
    """
    return ((answer - value.to(answer.dtype)[:, None]) ** 2).mean(dim=1)


def as_given(answer: Tensor) -> Tensor:
    """Return answers (rows,) that are what they should be already."""
    return answer


def of_focal(logit: Tensor, alpha: float = BALANCE, gamma: float = FOCUS) -> Tensor:
    """Return the log-odds (rows,) that a network means which learned by `focal`, in their order.

    The focal loss draws its answers towards the middle, so they are no probabilities. The
    answer z that is best where frauds have log-odds t obeys
    t = (γ + 1) z + log(1 + γ e⁻ᶻ log(1 + eᶻ)) − log(1 + γ eᶻ log(1 + e⁻ᶻ)) − log(α / (1 − α)).
    Source: Charoenphakdee et al., "On Focal Loss for Class-Posterior Probability Estimation: A
    Theoretical Perspective", 2021; here with the weights of the two classes besides.
    """
    near = logit.clamp(-FARTHEST, FARTHEST)
    rising = torch.log1p(gamma * torch.exp(-near) * functional.softplus(near))
    falling = torch.log1p(gamma * torch.exp(near) * functional.softplus(-near))
    odds = torch.logit(torch.tensor(alpha, dtype=torch.float64)).item()
    return (gamma + 1) * logit + rising - falling - odds


def of_kinds(answer: Tensor) -> Tensor:
    """Return the log-odds of fraud (rows,) that answers by kind (rows, kinds) mean.

    The probability is 1 − P(legitimate): that of all other kinds together.
    """
    return torch.logsumexp(answer[:, LEGITIMATE + 1 :], dim=-1) - answer[:, LEGITIMATE]


@dataclass(frozen=True)
class Loss:
    """One way to learn."""

    of: Callable[[Tensor, Tensor], Tensor]  # answers (rows, members[, kinds]), target -> (rows,)
    logit: Callable[[Tensor], Tensor]  # one answer a row, (rows[, kinds]) -> what ranks, (rows,)


CROSS_ENTROPY, FOCAL, KINDS, SQUARED_ERROR = "cross-entropy", "focal", "kinds", "squared error"
LOSSES = {
    CROSS_ENTROPY: Loss(cross_entropy, as_given),
    FOCAL: Loss(focal, of_focal),
    KINDS: Loss(softmax_cross_entropy, of_kinds),
    SQUARED_ERROR: Loss(squared_error, as_given),
}
