"""One transaction scored by hand: its band follows the threshold that somebody chose."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from backend import attempts, files, policies, scoring
from backend.errors import ModelNotReady
from backend.reader import Reader
from backend.scorer import MODEL
from backend.steps.encode import Encoder
from settings import settings
from tests.backend.launching import claimed
from tests.workers.learning import COLUMNS, simulated

REVIEW, HIGH = 0.4, 0.7


@pytest.fixture
def finished(each_house) -> int:
    """A run whose model gives every transaction a score of one half."""
    attempt = claimed()
    folder = files.run_folder(attempt.run_id, attempt.number)
    folder.mkdir(parents=True)
    encoder = Encoder.fit(simulated(200), COLUMNS, "date")
    _write_model(folder, encoder.apply(simulated(1)).shape[1])
    marks = tuple(np.linspace(0, 1, 10))
    Reader("vector", encoder.profile, COLUMNS, 1.0, review=REVIEW, high=HIGH, marks=marks).write(
        folder
    )
    files.seal(folder)
    artefact = str(folder.relative_to(settings.data))
    attempts.succeed(attempt.run_id, attempt.number, artefact=artefact)
    return attempt.run_id


def _write_model(folder, width: int) -> None:
    places = [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["rows", width])]
    logit = [helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["rows", 1])]
    weight = numpy_helper.from_array(np.zeros((width, 1), dtype=np.float32), "weight")
    product = helper.make_node("MatMul", ["vector", "weight"], ["logit"])
    graph = helper.make_graph([product], "nothing", places, logit, [weight])
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=10), folder / MODEL)


def test_before_a_threshold_was_chosen_the_model_says_where_to_look(finished) -> None:
    scored = scoring.score(finished, {})
    assert (scored.score, scored.band, scored.percentile) == (0.5, "review", 0.5)
    assert (scored.review, scored.high, scored.version) == (REVIEW, HIGH, None)
    assert scored.is_alert


@pytest.mark.parametrize(
    ("threshold", "band", "high"),
    [(0.6, "low", HIGH), (0.5, "review", HIGH), (0.2, "review", HIGH), (0.9, "low", 0.9)],
)
def test_the_newest_policy_says_where_to_look(finished, threshold, band, high) -> None:
    policies.save(finished, 0.01, {}, "M. Huber", "start")
    policies.save(finished, threshold, {}, "M. Huber", "better")
    scored = scoring.score(finished, {})
    assert (scored.band, scored.review, scored.high) == (band, threshold, high)
    assert scored.version == 2
    assert scored.is_alert == (threshold <= 0.5)


def test_a_run_without_a_model_does_not_score(each_house) -> None:
    with pytest.raises(ModelNotReady):
        scoring.score(claimed().run_id, {})
