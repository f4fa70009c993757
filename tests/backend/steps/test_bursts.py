"""How much frauds vary beyond coming one by one."""

import math

import numpy as np
import pytest

from backend.steps.bursts import burst, damped


def drawn(of: int, seed: int = 0):
    draw = np.random.default_rng(seed)
    return np.full(400, 5_000), of * draw.poisson(20, 400)


@pytest.mark.parametrize("of", [1, 5, 20])
def test_bursts_of_so_many_are_told(of):
    assert burst(*drawn(of)) == pytest.approx(of, rel=0.15)


def test_a_trend_is_no_burst():
    draw = np.random.default_rng(1)
    rising = draw.poisson(np.linspace(10, 400, 300))
    assert burst(np.full(300, 5_000), rising) < 1.3


def test_periods_of_unequal_size_are_no_burst():
    draw = np.random.default_rng(2)
    rows = draw.integers(1_000, 90_000, 400)
    assert burst(rows, draw.poisson(rows / 500)) < 1.3


def test_without_neighbours_nothing_is_told():
    assert math.isinf(burst(np.array([9, 9, 9]), np.array([1, 0, 1])))


def test_what_a_fraud_weighs():
    assert damped(1.0) == 1.0
    assert damped(math.inf) == 0.0
    # Negative binomial, mean 18, variance 10 times that: P(0) = 10^(-18 / 9) = 0.01.
    assert math.exp(-18 * damped(10.0)) == pytest.approx(0.01)
