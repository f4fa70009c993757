"""ONNX models answer as trained, or are not let through."""

import numpy as np
import pytest

from backend.steps.session import open_session
from workers.steps import export


def test_a_linear_model_answers_as_its_formula(tmp_path):
    weight = np.array([1.0, -2.0, 0.5])
    export.export_linear_model(weight, 0.25, tmp_path / "model.onnx")
    vectors = np.array([[1, 1, 2], [0, 0, 0]], dtype=np.float32)
    found = open_session(tmp_path / "model.onnx").run(["logit"], {"vector": vectors})[0]
    assert found.ravel().tolist() == [0.25, 0.25]


def test_a_model_that_answers_otherwise_is_not_let_through():
    trained = np.array([0.1, 0.2])
    assert export.prove_equal(trained, trained + 5e-4) == pytest.approx(5e-4)
    assert export.prove_equal(np.zeros(0), np.zeros(0)) == 0
    for exported in (trained + 2e-3, np.array([0.1, np.nan])):
        with pytest.raises(export.Differs):
            export.prove_equal(trained, exported)
