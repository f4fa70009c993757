"""Golden values of the evaluation protocol, then properties against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from backend.steps.metrics import (
    HonestRecall,
    alert_ratio,
    allowed_false_alarms,
    average_precision,
    honest_recall,
    judge,
    precision_in_top,
    rates_at,
    recall_at_fpr,
    threshold_at_fpr,
    value_detection_rate,
)

# The Fraud Detection Handbook's toy example: ten transactions, two frauds.
LABEL = [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
SCORE = [0.9, 0.35, 0.45, 0.4, 0.2, 0.2, 0.2, 0.1, 0.1, 0.0]
AMOUNT = [100, 300, 20, 50, 10, 10, 10, 5, 5, 5]


def many(rows: int, frauds: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(7)
    label = np.zeros(rows, dtype=int)
    label[draw.choice(rows, frauds, replace=False)] = 1
    return label, np.round(draw.random(rows) * 0.5 + label * 0.3, 2)


def test_average_precision_of_the_handbook_toy() -> None:
    assert average_precision(LABEL, SCORE) == pytest.approx(0.75)  # 1/2·1 + 1/2·2/4


def test_a_constant_score_has_the_prevalence_as_average_precision() -> None:
    assert average_precision(LABEL, [0.5] * 10) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("at_most", "recall"), [(0.0, 0.5), (0.05, 0.5), (0.125, 0.5), (0.25, 1.0)]
)
def test_recall_at_a_false_positive_rate(at_most: float, recall: float) -> None:
    assert recall_at_fpr(LABEL, SCORE, at_most) == pytest.approx(recall)


def test_precision_in_the_top_counts_a_tie_by_its_share() -> None:
    # Top 5: ranks .9 .45 .4 .35, then one of three tied at .2, none of them fraud.
    assert precision_in_top(LABEL, SCORE, 5) == pytest.approx(2 / 5)
    # One row of two tied, one of them fraud: half a fraud is expected.
    assert precision_in_top([1, 0, 0], [0.5, 0.5, 0.1], 1) == pytest.approx(0.5)
    assert precision_in_top([1, 0], [0.5, 0.1], 100) == pytest.approx(0.5)


def test_the_toy_repeated_is_judged_as_the_toy() -> None:
    judged = judge(LABEL * 20, SCORE * 20)
    assert judged.ap == pytest.approx(0.75)
    assert judged.lift == pytest.approx(3.75)
    assert judged.auroc == pytest.approx(0.875)
    assert judged.recall_at_0_1_fpr == judged.recall_at_1_fpr == judged.recall_at_5_fpr == 0.5
    # 200 rows: 20 at .9 (fraud), 20 at .45, 20 at .4, 20 at .35 (fraud), 20 of 60 at .2.
    assert judged.precision_at_100 == pytest.approx(0.40)
    assert judged.note == ""


def test_a_constant_score_has_auroc_one_half() -> None:
    assert judge(LABEL * 20, [0.5] * 200).auroc == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ([], "no labelled transaction"),
        ([0] * 50, "nothing to find"),
        ([1] * 50, "nothing to tell them from"),
        ([1] * 9 + [0] * 50, "Only 9 frauds"),
    ],
)
def test_what_cannot_be_measured_is_said(label: list[int], words: str) -> None:
    judged = judge(label, np.linspace(0, 1, len(label)))
    assert judged.ap is None and judged.auroc is None and words in judged.note


def test_few_frauds_are_judged_with_a_caution() -> None:
    judged = judge(*many(500, 12))
    assert judged.ap is not None and "too few" in judged.note


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 20)), min_size=2, max_size=200))
def test_average_precision_agrees_with_its_definition(rows: list[tuple[int, int]]) -> None:
    label, score = np.array(rows).T
    if label.sum() == 0:
        return
    total, found_before = 0.0, 0.0
    for threshold in np.unique(score)[::-1]:
        alerted = label[score >= threshold]
        recall = alerted.sum() / label.sum()
        total += (recall - found_before) * alerted.mean()
        found_before = recall
    assert average_precision(label, score) == pytest.approx(total)
    assert total == pytest.approx(average_precision_score(label, score))


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1))
def test_figures_ignore_order_and_any_rising_rescaling(seed: int) -> None:
    label, score = many(300, 40)
    order = np.random.default_rng(seed).permutation(300)
    assert judge(label[order], np.exp(3 * score[order])) == judge(label, score)


def test_value_detected_in_the_handbook_toy() -> None:
    alert = np.array(SCORE) >= 0.9
    assert value_detection_rate(LABEL, AMOUNT, alert) == pytest.approx(0.25)  # 100 of 400
    assert value_detection_rate(LABEL, AMOUNT, np.ones(10, dtype=bool)) == 1.0


def test_an_unknown_amount_is_worth_nothing_and_without_money_there_is_no_share() -> None:
    assert value_detection_rate([1, 1, 0], [np.nan, 10, 99], [True, False, True]) == 0.0
    assert value_detection_rate([1, 0], [0, 5], [True, True]) is None
    assert value_detection_rate([], [], []) is None


def test_false_alarms_for_each_fraud_caught() -> None:
    assert alert_ratio(LABEL, np.array(SCORE) >= 0.35) == pytest.approx(1.0)  # 2 for 2
    assert alert_ratio(LABEL, np.array(SCORE) >= 0.2) == pytest.approx(2.5)  # 5 for 2
    assert alert_ratio(LABEL, np.array(SCORE) > 0.9) is None


# 8 legitimate scores: .45 .4 .2 .2 .2 .1 .1 0. The threshold is the lowest score that keeps.
@pytest.mark.parametrize(
    ("at_most", "threshold"),
    [(0.0, 0.9), (0.124, 0.9), (0.125, 0.45), (0.25, 0.35), (0.6, 0.35), (0.625, 0.2), (1, 0.0)],
)
def test_the_threshold_that_keeps_a_rate_on_validation(at_most: float, threshold: float) -> None:
    assert threshold_at_fpr(LABEL, SCORE, at_most) == threshold


def test_no_threshold_keeps_the_rate_when_too_many_legitimate_rows_score_highest() -> None:
    assert threshold_at_fpr([1, 0, 0], [0.5, 0.5, 0.5], 0.4) is None
    assert threshold_at_fpr([1, 1], [0.5, 0.4], 0.01) is None


def test_the_honest_recall_is_what_the_threshold_of_validation_does_on_test() -> None:
    # .35 keeps 25% on validation; on this test part it catches 1 of 2 and alarms on 3 of 4.
    test = [1, 1, 0, 0, 0, 0], [0.8, 0.3, 0.9, 0.5, 0.35, 0.1]
    found = honest_recall((LABEL, SCORE), test, 0.25)
    assert found == HonestRecall(at=0.25, threshold=0.35, recall=0.5, fpr=0.75)


def test_what_has_no_honest_recall_says_none() -> None:
    assert honest_recall(([1], [0.5]), (LABEL, SCORE), 0.01) == HonestRecall(0.01)
    unkept = honest_recall(([1, 0], [0.5, 0.5]), (LABEL, SCORE), 0.01)
    assert unkept == HonestRecall(0.01, None, 0.0, 0.0)  # nobody is alerted
    assert honest_recall((LABEL, SCORE), ([1], [0.9]), 0.0) == HonestRecall(0.0, 0.9, 1.0, None)
    assert honest_recall((LABEL, SCORE), ([0], [0.9]), 0.0) == HonestRecall(0.0, 0.9, None, 1.0)


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 9)), min_size=2, max_size=60),
    st.floats(0, 1),
)
def test_the_chosen_threshold_finds_the_largest_recall(
    rows: list[tuple[int, int]], at_most: float
) -> None:
    label, score = np.array(rows).T
    if label.min() == label.max():
        return
    threshold = threshold_at_fpr(label, score, at_most)
    recall, rate = rates_at(label, score, np.inf if threshold is None else threshold)
    assert recall == pytest.approx(recall_at_fpr(label, score, at_most))
    assert rate is not None and rate <= at_most


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_allowed_false_alarms_are_as_many_as_keep_the_rate(legitimate: int, at_most: float) -> None:
    allowed = allowed_false_alarms(legitimate, at_most)
    assert allowed / legitimate <= at_most
    assert allowed == legitimate or (allowed + 1) / legitimate > at_most
