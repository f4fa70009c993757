"""Few examples: learned from, proven, and no label of validation or test among them."""

import pytest

from backend.scorer import open_scorer
from backend.steps import metrics
from tests.workers import learning
from workers.models.fewshot import Options
from workers.steps import few
from workers.steps.export import TOLERANCE

pytestmark = pytest.mark.slow
SMALL = {"frauds": 20, "rounds": 1, "max_length": 48, "learning_rate": 1e-3}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A lesson, what came of it, and what was told."""
    place = tmp_path_factory.mktemp("few")
    encoder = str(learning.tiny_encoder(place / "encoder"))
    lesson, told = learning.lesson(place, learning.simulated(900), encoder=encoder)
    learned = few.learn(lesson, Options(**SMALL))
    learned.reader.write(lesson.order.folder)
    return lesson, learned, learning.events(told)


def test_learns_from_as_many_frauds_as_asked(run):
    _, learned, _ = run
    assert learned.extras["examples"] == {"frauds": 20, "rows": 180}
    assert learned.rows_trained == 180
    assert learned.parity <= TOLERANCE


def test_keeps_the_best_of_its_rounds(run):
    _, learned, events = run
    looks = {each["step"]: each for each in events if each.get("part") == "validation"}
    assert list(looks) == [0, few.STEPS_A_ROUND]
    assert learned.best_step in looks


def test_the_finished_model_reads_and_ranks(run):
    lesson, learned, _ = run
    scorer = open_scorer(lesson.order.folder)
    scores = scorer.score(lesson.test.frame())
    assert learned.reader.serialiser == scorer.reader.serialiser == "sentence"
    ap = metrics.average_precision(lesson.test.label, scores)
    assert ap > 1.5 * lesson.test.label.mean()
