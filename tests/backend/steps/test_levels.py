"""Levels: counts under weights by hand. Figures are held to scikit-learn by test_replicates."""

import numpy as np
import pytest

from backend.steps.levels import auroc, average_precision, levels, precision_at_recall

# Scores .9 .5 .5 .4 .4 .1 of clusters 0 0 1 1 2 2; frauds at .9 and at one of the .5.
LABEL = np.array([1, 1, 0, 0, 0, 0])
SCORE = np.array([0.9, 0.5, 0.5, 0.4, 0.4, 0.1])
CLUSTER = np.array([0, 0, 1, 1, 2, 2])


def test_only_scores_of_frauds_and_thresholds_asked_for_are_levels() -> None:
    found = levels(LABEL, SCORE, CLUSTER, np.array([0.4]))
    assert found.score.tolist() == [0.9, 0.5, 0.4]
    assert found.find(np.array([0.9, 0.4])).tolist() == [0, 2]


def test_counts_follow_the_weights() -> None:
    counts = levels(LABEL, SCORE, CLUSTER, np.array([0.4])).count(np.array([2, 0, 3], np.int32))
    # Cluster 0 twice, 1 not at all, 2 three times: .9 .9 | .5 .5 | .4 .4 .4 | .1 .1 .1.
    assert counts.fraud.tolist() == [2, 2, 0]
    assert counts.tp.tolist() == [2, 4, 4] and counts.frauds == 4
    assert counts.fp.tolist() == [0, 0, 3] and counts.above.tolist() == [0, 0, 0]
    assert counts.legitimate == 6
    assert average_precision(counts) == auroc(counts) == 1.0


def test_a_tie_of_both_classes_is_alerted_whole() -> None:
    counts = levels(LABEL, SCORE, CLUSTER, np.array([])).count(np.ones(3, np.int32))
    assert counts.fp.tolist() == [0, 1] and counts.above.tolist() == [0, 0]
    assert average_precision(counts) == pytest.approx((1 + 2 / 3) / 2)
    assert auroc(counts) == pytest.approx((4 + 3.5) / 8)
    assert precision_at_recall(counts, np.array([50, 51])) == pytest.approx([1, 2 / 3])
