"""Golden values of the shift of priors, and an unlabelled share found again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from backend.steps.priors import adjust, estimate, precision_at, weights


def mixed(rows, rate, seed=0):
    """Scores of a model right for a share of 10%, of rows with this share of frauds."""
    draw = np.random.default_rng(seed)
    fraud = draw.random(rows) < rate
    apart = draw.normal(np.where(fraud, 2.0, 0.0), 1)  # densities whose log-odds are 2x - 2
    return expit(2 * apart - 2 + np.log(0.1 / 0.9))


def test_golden_adjustment():
    assert adjust([0.9], 0.1, 0.002)[0] == pytest.approx(0.139655, abs=1e-6)


@pytest.mark.parametrize(("rate", "precision"), [(0.5, 0.9859), (0.01, 0.4142), (0.002, 0.1230)])
def test_golden_precision(rate, precision):
    assert precision_at(0.7, 0.01, rate) == pytest.approx(precision, abs=5e-5)


def test_precision_of_many_thresholds_at_once():
    found = precision_at([0.7, 0.0, 1.0], [0.01, 0.0, 1.0], 0.01)
    assert found == pytest.approx([0.4142, np.nan, 0.01], abs=5e-5, nan_ok=True)


@given(st.lists(st.floats(0, 1), max_size=30), st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_an_adjustment_goes_back_and_keeps_the_ranking(score, prevalence, expected):
    there = adjust(score, prevalence, expected)
    assert adjust(there, expected, prevalence) == pytest.approx(np.array(score), abs=1e-9)
    assert np.array_equal(np.argsort(there, kind="stable"), np.argsort(score, kind="stable")) or (
        np.diff(np.sort(score)).min() < 1e-12
    )


def test_an_adjustment_to_the_same_share_changes_nothing_and_the_ends_stay():
    assert adjust([0.0, 0.3, 1.0], 0.2, 0.2) == pytest.approx([0, 0.3, 1])
    assert adjust([0.0, 1.0], 0.2, 0.01).tolist() == [0, 1]
    assert adjust([], 0.2, 0.1).shape == (0,)


def test_weights_make_the_mix():
    fraud, legitimate = weights(0.2, 0.05)
    assert (0.2 * fraud, 0.8 * legitimate) == pytest.approx((0.05, 0.95))
    for prevalence, expected in [(0.2, None), (None, 0.1), (0.0, 0.1), (1.0, 0.1)]:
        assert weights(prevalence, expected) == (1, 1)
    fraud, legitimate = weights([0.1, 0.0], 0.2)
    assert fraud == pytest.approx([2, 1]) and legitimate == pytest.approx([8 / 9, 1])


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.4])
def test_an_unlabelled_share_is_found_within_its_interval(rate):
    found = estimate(mixed(20_000, rate, seed=1), 0.1)
    assert found.low < rate < found.high and found.high - found.low < 0.04
    assert found.low < found.rate < found.high


def test_the_estimate_is_where_expectation_maximisation_ends():
    score = mixed(2_000, 0.3)
    rate = 0.1
    for _ in range(2_000):  # Saerens 2002, equation 2.9: adjust every row, take the mean
        rate = adjust(score, 0.1, rate).mean()
    assert estimate(score, 0.1).rate == pytest.approx(rate, abs=1e-4)


def test_the_interval_is_that_of_resampled_rows():
    score, draw = mixed(300, 0.3), np.random.default_rng(1)
    rates = [estimate(draw.choice(score, 300), 0.1).rate for _ in range(100)]
    found = estimate(score, 0.1)
    assert [found.low, found.high] == pytest.approx(np.quantile(rates, [0.025, 0.975]), abs=0.03)


def test_the_fewer_rows_the_less_is_known():
    few, many = (estimate(mixed(rows, 0.1), 0.1) for rows in (200, 20_000))
    assert few.high - few.low > 5 * (many.high - many.low)


def test_scores_that_all_say_fraud_or_legitimate_or_nothing():
    assert estimate([1.0] * 9, 0.1).rate == pytest.approx(1)
    assert estimate([0.0] * 9, 0.1).rate == pytest.approx(0)
    assert estimate([], 0.1) is None


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, float("nan")])
def test_a_share_outside_its_range_is_refused(share):
    with pytest.raises(ValueError, match="prevalence must lie inside 0 to 1"):
        estimate([0.5], share)
    with pytest.raises(ValueError, match="prevalence"):
        adjust([0.5], share, 0.1)
    if not 0 <= share <= 1:
        with pytest.raises(ValueError, match="expected must lie from 0 to 1"):
            precision_at(0.5, 0.1, share)
