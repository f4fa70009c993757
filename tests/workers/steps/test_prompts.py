"""A score that nobody's labels made: the nearness of a text to one of two sentences."""

from dataclasses import replace

import numpy as np
import pytest

from backend.scorer import open_scorer
from tests.workers import learning
from workers.models.zeroshot import Options
from workers.steps import prompts
from workers.steps.export import TOLERANCE


def test_the_line_runs_between_the_sentences_and_through_what_is_usual():
    draw = np.random.default_rng(0)
    asked, usual = draw.normal(size=(2, 4)), draw.normal(size=(500, 4))
    weight, bias = prompts._line(asked, usual)
    logits = usual @ weight + bias
    assert np.isclose(logits.std(), 1)
    assert np.isclose(logits.mean(), np.log(0.01 / 0.99))
    assert (asked[0] - asked[1]) @ weight > 0


@pytest.mark.slow
def test_no_label_moves_the_score(tmp_path):
    encoder = str(learning.tiny_encoder(tmp_path / "encoder"))
    scores = []
    for name in ("as told", "turned round"):
        lesson, _ = learning.lesson(tmp_path / name, learning.simulated(400), encoder=encoder)
        if name == "turned round":
            lesson = replace(lesson, train=replace(lesson.train, label=1 - lesson.train.label))
        learned = prompts.learn(lesson, Options(max_length=48))
        learned.reader.write(lesson.order.folder)
        scores.append(open_scorer(lesson.order.folder).score(lesson.test.frame()))
    assert np.allclose(*scores, atol=1e-6)
    assert learned.parity <= TOLERANCE
    assert learned.rows_trained == 0
    assert "not trained on your labels" in learned.extras["caution"]
