"""A finished model answers in calibrated probabilities, and loads no torch to do so."""

import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from backend.reader import Reader
from backend.scorer import MODEL, open_scorer
from backend.steps.calibration import NONE, Calibrator, correct_for_sampling
from backend.steps.encode import Encoder
from settings import ROOT
from tests.workers.learning import COLUMNS, simulated

FRAME = simulated(200)
ENCODER = Encoder.fit(FRAME, COLUMNS, "date")
WEIGHT = np.random.default_rng(0).normal(size=ENCODER.apply(FRAME).shape[1]).astype(np.float32)


@pytest.fixture
def folder(tmp_path):
    """A folder with a linear model, and the reader still to write."""
    places = [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["rows", len(WEIGHT)])]
    logit = [helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["rows", 1])]
    weight = numpy_helper.from_array(WEIGHT[:, None], "weight")
    product = helper.make_node("MatMul", ["vector", "weight"], ["logit"])
    graph = helper.make_graph([product], "linear", places, logit, [weight])
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=10), tmp_path / MODEL)
    return tmp_path


def scored(folder, kept_share, calibrator):
    Reader("vector", ENCODER.profile, COLUMNS, kept_share).calibrated(calibrator).write(folder)
    return open_scorer(folder).score(FRAME)


def test_the_calibrator_comes_after_the_correction_for_sampling(folder):
    platt = Calibrator("platt", slope=0.5, intercept=-1.0)
    learned = 1 / (1 + np.exp(-(ENCODER.apply(FRAME) @ WEIGHT).astype(np.float64)))
    corrected = correct_for_sampling(learned, 0.1)
    assert scored(folder, 0.1, NONE) == pytest.approx(corrected, rel=1e-4)
    assert scored(folder, 0.1, platt) == pytest.approx(platt.apply(corrected), rel=1e-4)


def test_a_calibrator_leaves_the_ranking(folder):
    curve = Calibrator("isotonic", raw=(-4.0, 0.0), calibrated=(-6.0, -1.0))
    before, after = scored(folder, 1.0, NONE), scored(folder, 1.0, curve)
    assert np.array_equal(np.argsort(before, kind="stable"), np.argsort(after, kind="stable"))
    assert not np.array_equal(before, after)


def test_scoring_needs_no_torch():
    code = (
        "import sys, backend.scoring;"
        "came = {'torch', 'transformers', 'datasets'} & set(sys.modules); assert not came, came"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
