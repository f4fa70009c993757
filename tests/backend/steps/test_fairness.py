"""Good customers of each group, counted by hand."""

import numpy as np
import pandas as pd
import pytest

from backend.steps.fairness import COLUMNS, predictive_equality
from backend.steps.interval import wilson


def made(**groups):
    """Label, score and group of rows, from {name: (legitimate, of them alerted, frauds)}."""
    rows = [
        (label, score, name)
        for name, (legitimate, alerted, frauds) in groups.items()
        for label, score, times in [
            (0, 0.5, alerted), (0, 0.4, legitimate - alerted), (1, 0.9, frauds)
        ]
        for _ in range(times)
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["label", "score", "group"])
    return frame["label"], frame["score"], 0.5, frame["group"]


def test_rates_are_of_legitimate_rows_alone():
    found = predictive_equality(*made(young=(100, 10, 7), old=(200, 10, 90)))
    assert list(found.groups.columns) == COLUMNS
    assert found.groups["name"].tolist() == ["old", "young"]  # 290 and 107 rows
    assert found.groups["rows"].tolist() == [290, 107]
    assert found.groups["legitimate"].tolist() == [200, 100]
    assert found.groups["fpr"].tolist() == [0.05, 0.1]
    ends = np.transpose(wilson([10, 10], [200, 100]))
    assert np.allclose(found.groups[["low", "high"]], ends)
    assert found.ratio == pytest.approx(0.5)


def test_a_score_at_the_threshold_is_an_alert():
    label, score, _, group = made(young=(100, 10, 0), old=(200, 10, 0))
    assert predictive_equality(label, score, 0.51, group).groups["fpr"].tolist() == [0, 0]


def test_groups_with_few_legitimate_rows_are_not_shown_and_not_compared():
    found = predictive_equality(*made(a=(50, 5, 0), b=(49, 49, 500), c=(100, 20, 0)))
    shown = found.groups.set_index("name")["shown"]
    assert shown.to_dict() == {"a": True, "b": False, "c": True}
    assert found.ratio == pytest.approx(0.5)


def test_without_two_groups_or_a_false_alarm_there_is_no_ratio():
    assert predictive_equality(*made(a=(100, 5, 0), b=(9, 5, 0))).ratio is None
    assert predictive_equality(*made(a=(100, 0, 0), b=(90, 0, 3))).ratio is None
    assert predictive_equality(*made(a=(100, 0, 0), b=(90, 9, 3))).ratio == 0


def test_frauds_alone_have_no_rate():
    groups = predictive_equality(*made(a=(100, 5, 0), b=(0, 0, 9))).groups
    assert groups["fpr"].isna().tolist() == [False, True] and not groups["shown"][1]


def test_missing_groups_are_one_group_and_numbers_are_names():
    group = pd.Series([1.0, None, np.nan, 2.0])
    found = predictive_equality([0, 0, 0, 0], [0.9, 0.9, 0.1, 0.1], 0.5, group)
    assert found.groups[["name", "fpr"]].to_numpy().tolist() == [
        ["unknown", 0.5], ["1.0", 1.0], ["2.0", 0.0],
    ]  # fmt: skip


def test_the_order_of_rows_changes_nothing():
    label, score, threshold, group = made(a=(100, 5, 3), b=(90, 9, 3), c=(90, 8, 3))
    order = np.random.default_rng(0).permutation(len(label))
    one = predictive_equality(label, score, threshold, group)
    other = predictive_equality(label[order], score[order], threshold, group[order])
    pd.testing.assert_frame_equal(one.groups, other.groups)


def test_without_rows_there_are_no_groups():
    found = predictive_equality([], [], 0.5, [])
    assert found.groups.empty and list(found.groups.columns) == COLUMNS and found.ratio is None
