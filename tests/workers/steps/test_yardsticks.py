"""The least that a model has to beat: one score for all, and the amount alone."""

import numpy as np
import pytest

from backend.errors import NotTrainable
from backend.scorer import open_scorer
from backend.steps import metrics
from tests.workers.learning import lesson, simulated
from workers.models.amount import Options
from workers.steps import yardsticks


def scored(given, found):
    found.reader.write(given.order.folder)
    return open_scorer(given.order.folder)


def test_a_constant_is_the_share_of_frauds_in_the_training_part(tmp_path):
    given, _ = lesson(tmp_path, simulated(2_000))
    found = yardsticks.learn_constant(given)
    scores = scored(given, found).score(given.test.frame())
    assert scores == pytest.approx(np.full(len(given.test), given.train.label.mean()))
    prevalence = given.test.label.mean()
    assert metrics.average_precision(given.test.label, scores) == pytest.approx(prevalence)


def test_the_amount_alone_counts_and_nothing_else_does(tmp_path):
    given, _ = lesson(tmp_path, simulated(2_000))
    found = yardsticks.learn_amount(given, Options())
    scorer = scored(given, found)
    test = given.test.frame()
    scores = scorer.score(test)
    assert metrics.average_precision(given.test.label, scores) > 3 * given.test.label.mean()
    other = test.assign(shop="travel", distance=500.0, memo="urgent", _time=test["_time"] + 3_600)
    assert np.array_equal(scorer.score(other), scores)
    assert not np.array_equal(scorer.score(test.assign(_amount=1.0)), scores)


def test_without_an_amount_there_is_nothing_to_learn(tmp_path):
    given, _ = lesson(tmp_path, simulated(500).assign(_amount=np.nan))
    with pytest.raises(NotTrainable, match="No column is the amount"):
        yardsticks.learn_amount(given, Options())
