"""Losses equal their plain formulas, and what a focal network means can be got back."""

import math

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from scipy.special import expit, logit, softmax

from workers.steps.losses import (
    LOSSES,
    cross_entropy,
    focal,
    of_focal,
    of_kinds,
    softmax_cross_entropy,
    squared_error,
)

ANSWER = torch.tensor([[0.0, 2.0], [-1.0, 3.0], [0.5, -4.0]], dtype=torch.float64)
LABEL = torch.tensor([1, 0, 1])


def plain_focal(answer: float, label: int, alpha: float, gamma: float) -> float:
    chance = expit(answer) if label else 1 - expit(answer)
    weight = alpha if label else 1 - alpha
    return -weight * (1 - chance) ** gamma * math.log(chance)


def test_cross_entropy_is_the_log_of_what_happened():
    chance = expit(ANSWER.numpy())
    told = -np.log(np.where(LABEL.numpy()[:, None] == 1, chance, 1 - chance)).mean(axis=1)
    assert np.allclose(cross_entropy(ANSWER, LABEL), told)
    assert cross_entropy(ANSWER[:1, :1], LABEL[:1]).item() == pytest.approx(0.693147, abs=1e-6)


def test_focal_is_the_formula_of_its_authors():
    told = [
        np.mean([plain_focal(answer, label, 0.25, 2.0) for answer in row])
        for row, label in zip(ANSWER.tolist(), LABEL.tolist(), strict=True)
    ]
    assert np.allclose(focal(ANSWER, LABEL), told)
    # half a chance each: 0.25 * 0.5^2 * log 2
    assert focal(ANSWER[:1, :1], LABEL[:1]).item() == pytest.approx(0.0433217, abs=1e-6)


def test_focal_without_focus_is_half_the_cross_entropy():
    unfocused = focal(ANSWER, LABEL, alpha=0.5, gamma=0.0)
    assert torch.allclose(unfocused, cross_entropy(ANSWER, LABEL) / 2)


@pytest.mark.parametrize(("alpha", "gamma"), [(0.25, 2.0), (0.5, 1.0), (0.7, 3.5)])
@pytest.mark.parametrize("chance", [0.002, 0.1, 0.5, 0.93])
def test_the_best_answer_by_focal_means_the_true_chance(chance, alpha, gamma):
    def risk(answer: float) -> float:
        fraud, other = (plain_focal(answer, label, alpha, gamma) for label in (1, 0))
        return chance * fraud + (1 - chance) * other

    best = minimize_scalar(risk, bounds=(-12, 12), method="bounded", options={"xatol": 1e-10}).x
    meant = of_focal(torch.tensor([best], dtype=torch.float64), alpha, gamma).item()
    assert meant == pytest.approx(logit(chance), abs=1e-4)


def test_what_focal_means_keeps_the_order_and_stays_finite():
    far = torch.linspace(-100, 100, 2_001)
    meant = of_focal(far)
    assert torch.isfinite(meant).all()
    assert (meant.diff() > 0).all()


def test_softmax_cross_entropy_is_the_log_of_the_right_kind():
    answer = torch.tensor([[[1.0, 2.0, 0.0], [0.0, 0.0, 0.0]], [[3.0, -1.0, 2.0], [0.0, 5.0, 1.0]]])
    kind = torch.tensor([1, 2])
    told = [
        -np.log(softmax(row, axis=-1)[:, place]).mean()
        for row, place in zip(answer.numpy(), kind.tolist(), strict=True)
    ]
    assert np.allclose(softmax_cross_entropy(answer, kind), told, atol=1e-6)


def test_kinds_together_are_fraud():
    answer = torch.tensor([[1.0, 2.0, 0.0], [3.0, -1.0, 2.0]], dtype=torch.float64)
    assert np.allclose(expit(of_kinds(answer).numpy()), 1 - softmax(answer.numpy(), axis=1)[:, 0])


def test_two_kinds_are_the_cross_entropy():
    pair = torch.stack([torch.zeros_like(ANSWER), ANSWER], dim=-1)
    assert torch.allclose(softmax_cross_entropy(pair, LABEL), cross_entropy(ANSWER, LABEL))


def test_squared_error_is_the_mean_over_members():
    value = torch.tensor([1.0, 0.0, -1.0])
    assert squared_error(ANSWER, value).tolist() == [1.0, 5.0, 5.625]


@pytest.mark.parametrize("name", LOSSES)
def test_no_row_has_no_loss(name):
    shape = (0, 4, 3) if name == "kinds" else (0, 4)
    loss = LOSSES[name]
    assert loss.of(torch.zeros(shape), torch.zeros(0)).shape == (0,)
    assert loss.logit(torch.zeros(shape).mean(dim=1)).shape == (0,)
