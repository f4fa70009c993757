"""Golden values of calibration, then the same from every row counted."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss

from backend.steps.interval import wilson
from backend.steps.reliability import (
    COLUMNS,
    brier,
    brier_skill,
    ece,
    equal_mass,
    judge,
    slope_and_intercept,
    table,
)

LABEL = [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
SCORE = [0.9, 0.35, 0.45, 0.4, 0.2, 0.2, 0.2, 0.1, 0.1, 0.0]
FIFTHS = [0.2, 0.4, 0.6, 0.8]


def drawn(rows, distort=lambda odds: odds, seed=0):
    """Labels drawn at the odds of a true score, and the score with its odds distorted."""
    draw = np.random.default_rng(seed)
    odds = draw.normal(-4, 2, rows)
    return (draw.random(rows) < expit(odds)).astype(int), expit(distort(odds))


def test_golden_values():
    assert brier(LABEL, SCORE) == pytest.approx(0.0935)
    assert brier_skill(LABEL, SCORE) == pytest.approx(1 - 0.0935 / 0.16)
    # Right-closed: .2 .2 .2 .1 .1 .0 | .35 .4 | .45 | | .9, so .08 + .025 + .045 + .01.
    assert ece(LABEL, SCORE, np.digitize(SCORE, FIFTHS, right=True)) == pytest.approx(0.16)
    assert np.ravel(wilson(30, 100)) == pytest.approx([0.2189, 0.3959], abs=1e-4)


def test_the_brier_score_is_that_of_scikit_learn():
    label, score = drawn(500)
    assert brier(label, score) == pytest.approx(brier_score_loss(label, score))


def test_the_prevalence_for_every_row_has_no_skill():
    assert brier_skill(LABEL, [0.2] * 10) == pytest.approx(0)
    assert brier_skill(LABEL, LABEL) == 1
    assert brier_skill([0, 0], [0.1, 0.2]) is None and brier_skill([], []) is None


@given(st.lists(st.integers(0, 12), max_size=80), st.integers(1, 20))
def test_bins_follow_the_score_and_part_no_ties(score, bins):
    code = equal_mass(score, bins)
    assert len(np.unique(code)) <= bins
    assert np.array_equal(np.unique(code), np.arange(len(np.unique(code))))
    for one, other, left, right in zip(score, score[1:], code, code[1:], strict=False):
        assert (
            (left == right) if one == other else (left <= right) == (one < other) or left == right
        )


@pytest.mark.parametrize(("rows", "sizes"), [(30, {2}), (1_003, {66, 67}), (7, {1})])
def test_bins_hold_as_many_rows_each(rows, sizes):
    score = np.random.default_rng(0).permutation(rows)
    assert set(np.bincount(equal_mass(score))) == sizes


def test_the_table_counts_what_lies_in_each_bin():
    label, score = drawn(1_003)
    told, code = table(label, score), equal_mass(score)
    assert list(told.columns) == COLUMNS and len(told) == 15
    for place, row in told.iterrows():
        here = code == place
        assert row["score"] == pytest.approx(score[here].mean())
        assert row["observed"] == pytest.approx(label[here].mean())
        assert (row["rows"], row["frauds"]) == (here.sum(), label[here].sum())
        assert row[["low", "high"]].tolist() == pytest.approx(
            np.ravel(wilson(label[here].sum(), here.sum()))
        )
    assert told["score"].is_monotonic_increasing


def test_true_probabilities_are_told_as_such():
    told = judge(*drawn(200_000))
    assert told["slope"] == pytest.approx(1, abs=0.03)
    assert told["intercept"] == pytest.approx(0, abs=0.05)
    assert told["observed_over_expected"] == pytest.approx(1, abs=0.03)
    assert told["ece"] < 0.002 and told["ece_top"] < 0.05
    inside = [row["low"] <= row["score"] <= row["high"] for row in told["bins"]]
    assert sum(inside) >= 13


def test_scores_too_sure_are_told_as_such():
    told = judge(*drawn(200_000, lambda odds: 2 * odds + 1))
    assert told["slope"] == pytest.approx(1 / 2, abs=0.02)
    assert told["intercept"] == pytest.approx(-1 / 2, abs=0.04)


def test_scores_too_high_are_told_even_where_only_the_top_decides():
    told = judge(*drawn(200_000, lambda odds: np.where(odds > 0.5, odds + 2, odds)))
    assert told["observed_over_expected"] < 0.97
    assert told["ece"] < 0.01 < 0.1 < told["ece_top"]


def test_the_slope_is_that_of_scikit_learn():
    label, score = drawn(2_000, lambda odds: 0.7 * odds)
    reference = LogisticRegression(C=np.inf, tol=1e-10).fit(logit(score)[:, None], label)
    assert slope_and_intercept(label, score) == pytest.approx(
        (reference.coef_[0, 0], reference.intercept_[0]), rel=1e-3
    )


@pytest.mark.parametrize(
    ("label", "score"),
    [([], []), ([0, 0], [0.1, 0.2]), ([1, 1], [0.1, 0.2]), ([0, 1], [0.1, 0.2]),
     ([1, 0], [0.1, 0.2]), ([0, 1, 0], [0.2, 0.2, 0.2]), ([0, 1, 0, 1], [0.1, 0.2, 0.2, 0.3])],
)  # fmt: skip
def test_no_slope_is_told_where_none_is_likeliest(label, score):
    assert slope_and_intercept(label, score) is None
    told = judge(label, score)
    assert told["slope"] is None and told["intercept"] is None
    json.dumps(told, allow_nan=False)


def test_scores_of_0_and_1_are_judged():
    told = judge([0, 1, 1, 0, 0, 1], [0.0, 0.0, 1.0, 1.0, 0.5, 0.5])
    assert np.isfinite([told[name] for name in ("brier", "ece", "slope", "intercept")]).all()


def test_without_rows_nothing_is_told():
    told = judge([], [])
    assert told["bins"] == told["top_bins"] == []
    assert {value for name, value in told.items() if "bins" not in name} == {None}
    assert list(table([], []).columns) == COLUMNS
