"""Scores become probabilities: the correction for sampling, and calibrators that keep a ranking."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from backend.steps.calibration import (
    NONE,
    Calibrator,
    correct_for_sampling,
    fit,
    line,
    log_losses,
)

METHODS = {29: "temperature", 400: "platt", 1_500: "isotonic"}


def drawn(rows: int, frauds: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Labels, and scores that rank them fairly well and are twice too sure, log-odds one off."""
    draw = np.random.default_rng(seed)
    truth = draw.normal(-3, 2, rows)
    label = np.zeros(rows, dtype=int)
    label[np.argsort(truth + draw.logistic(size=rows))[rows - frauds :]] = 1
    return label, expit(2 * truth + 1).astype(np.float32).astype(np.float64)


def test_golden_value() -> None:
    # b=.02, s=.5: .02·.5 / (.02·.5 − .5 + 1) = .01 / .51
    assert correct_for_sampling(np.array([0.5]), 0.02)[0] == pytest.approx(0.0196078, abs=1e-7)


def test_a_sample_of_everything_changes_nothing() -> None:
    score = np.linspace(0, 1, 11)
    assert np.array_equal(correct_for_sampling(score, 1.0), score)


def test_it_adds_the_log_of_the_share_to_the_logit() -> None:
    score = np.linspace(0.01, 0.99, 50)
    corrected = correct_for_sampling(score, 0.1)
    logit = np.log(score / (1 - score))
    assert np.log(corrected / (1 - corrected)) == pytest.approx(logit + np.log(0.1))


def test_the_order_is_kept_and_nothing_comes_of_nothing() -> None:
    score = np.sort(np.random.default_rng(1).random(100))
    assert (np.diff(correct_for_sampling(score, 0.05)) > 0).all()
    assert len(correct_for_sampling(np.array([]), 0.5)) == 0


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1])
def test_a_share_outside_its_range_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="kept_share"):
        correct_for_sampling(np.array([0.5]), share)


def test_a_fitted_line_is_that_of_scikit_learn() -> None:
    label, score = drawn(3_000, 200)
    reference = LogisticRegression(C=np.inf, tol=1e-10).fit(logit(score)[:, None], label)
    found = line(logit(score), label.astype(float))
    assert found == pytest.approx((reference.coef_[0, 0], reference.intercept_[0]), rel=1e-4)


def test_log_losses_are_those_of_scikit_learn() -> None:
    label, score = drawn(500, 40)
    assert log_losses(label, score).mean() == pytest.approx(log_loss(label, score))


@pytest.mark.parametrize(
    ("frauds", "method"),
    [(9, "none"), (10, "temperature"), (29, "temperature"), (30, "platt"), (999, "platt"),
     (1_000, "isotonic")],
)  # fmt: skip
def test_the_frauds_decide_the_method(frauds: int, method: str) -> None:
    assert fit(*drawn(max(frauds * 8, 1_000), frauds)).method == method


@pytest.mark.parametrize("label", [[0] * 50, [1] * 50, []])
def test_one_class_teaches_nothing(label: list[int]) -> None:
    assert fit(label, np.linspace(0.1, 0.9, len(label))) is NONE


def test_a_constant_score_and_an_upside_down_one_stay_as_they_are() -> None:
    label, score = drawn(3_000, 300)
    assert fit(label, np.full(3_000, 0.3)) is NONE
    assert fit(label, 1 - score) is NONE


@pytest.mark.parametrize("frauds", [10, 40, 400, 2_000])
def test_what_is_calibrated_already_stays_as_it_is(frauds: int) -> None:
    draw = np.random.default_rng(5)
    score = expit(draw.normal(-3, 2, frauds * 10))
    assert fit(draw.random(len(score)) < score, score) is NONE


@pytest.mark.parametrize("frauds", list(METHODS))
def test_rows_of_another_day_are_told_better_and_as_many(frauds: int) -> None:
    calibrator = fit(*drawn(frauds * 12, frauds))
    label, score = drawn(60_000, 5_000, seed=1)  # the same share of frauds
    calibrated = calibrator.apply(score)
    assert calibrator.method == METHODS[frauds]
    assert log_losses(label, calibrated).sum() < 0.95 * log_losses(label, score).sum()
    if calibrator.method != "temperature":  # which has no intercept
        assert calibrated.sum() == pytest.approx(5_000, rel=0.3)


def test_a_bent_score_is_straightened_where_a_line_cannot() -> None:
    draw = np.random.default_rng(2)
    truth = draw.normal(-4, 2, 60_000)
    label = draw.random(60_000) < expit(truth)
    score = expit(np.where(truth > -3, -3 + 0.2 * (truth + 3), truth))
    half = np.arange(60_000) < 30_000
    calibrator = fit(label[half], score[half])
    straight = Calibrator("platt", *line(logit(score[half]), label[half].astype(float)))
    losses = [log_losses(label[~half], each.apply(score[~half])).mean()
              for each in (calibrator, straight)]  # fmt: skip
    assert calibrator.method == "isotonic" and losses[0] < losses[1]


@pytest.mark.parametrize("frauds", list(METHODS))
def test_no_score_overtakes_another_and_none_is_tied(frauds: int) -> None:
    label, score = drawn(frauds * 12, frauds)
    distinct = np.unique(np.concatenate([score, np.geomspace(1e-9, 0.5, 5_000)]))
    calibrated = fit(label, score).apply(distinct)
    apart = np.diff(distinct) > 1e-7 * distinct[1:]  # what float32 can tell apart
    assert (np.diff(calibrated)[apart] > 0).all()
    assert (np.diff(calibrated) >= 0).all()


def test_frauds_of_one_card_do_not_vouch_for_each_other() -> None:
    """Sixty equal false alarms: row by row they seem to repeat, as rows of one card they do not."""
    draw = np.random.default_rng(3)
    score = expit(draw.normal(-3, 1, 2_000))
    label = draw.random(2_000) < score
    label, score = np.append(label, np.zeros(60)), np.append(score, np.full(60, 0.9))
    card = np.append(np.arange(2_000), np.full(60, 2_000))
    assert fit(label, score).method == "platt"
    assert fit(label, score, card) is NONE


@settings(max_examples=50)
@given(
    seed=st.integers(0, 1_000),
    frauds=st.integers(0, 60),
    rows=st.integers(60, 300),
    steps=st.integers(1, 50),
)
def test_any_scores_give_a_calibrator_that_keeps_their_ranking(
    seed: int, frauds: int, rows: int, steps: int
) -> None:
    draw = np.random.default_rng(seed)
    label = np.append(np.ones(frauds), np.zeros(rows - frauds))
    score = draw.integers(0, steps + 1, rows) / steps  # 0 and 1 among them
    calibrated = fit(label, score).apply(score)
    assert np.isfinite(calibrated).all() and (calibrated >= 0).all() and (calibrated <= 1).all()
    assert np.array_equal(np.unique(calibrated, return_inverse=True)[1],
                          np.unique(score, return_inverse=True)[1])  # fmt: skip


@pytest.mark.parametrize("frauds", list(METHODS))
def test_a_calibrator_survives_its_plain_form(frauds: int) -> None:
    calibrator = fit(*drawn(frauds * 12, frauds))
    assert Calibrator.from_plain(json.loads(json.dumps(calibrator.to_plain()))) == calibrator


def test_the_ends_stay_and_nothing_comes_of_nothing() -> None:
    for calibrator in (NONE, *(fit(*drawn(frauds * 12, frauds)) for frauds in METHODS)):
        assert calibrator.apply([0.0, 1.0]).tolist() == [0.0, 1.0]
        assert calibrator.apply([]).shape == (0,)
