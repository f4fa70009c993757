"""A trained model as ONNX, and the proof that it answers as the trainer did."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, checker, helper, numpy_helper, save

OPSET, IR = 18, 10
TOLERANCE = 1e-3  # largest |logit difference| between trainer and ONNX model, on real rows
PROVEN_ON = 256  # rows of the test part

Floats = NDArray[np.float64]


class Differs(Exception):
    """The exported model does not answer as the trained one does."""


def export_linear_model(weight: Floats, bias: float, path: Path) -> None:
    """Write a linear model as ONNX: vector (rows, places) -> logit (rows, 1)."""
    places = len(weight)
    column = weight.reshape(places, 1).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["vector", "weight", "bias"], ["logit"])],
        "linear",
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["rows", places])],
        [helper.make_tensor_value_info("logit", TensorProto.FLOAT, ["rows", 1])],
        [
            numpy_helper.from_array(column, "weight"),
            numpy_helper.from_array(np.array([bias], dtype=np.float32), "bias"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)
    checker.check_model(model)
    save(model, str(path))


def prove_equal(trained: Floats, exported: Floats) -> float:
    """Return the largest |difference| of the logits (n,), 0 for no row.

    Raises Differs when it exceeds the tolerance of 0.001.
    """
    difference = float(np.abs(trained - exported).max()) if len(trained) else 0.0
    if not difference <= TOLERANCE:
        raise Differs(f"The ONNX model differs from the trained one by {difference:.2g} logits")
    return difference
