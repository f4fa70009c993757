"""A trained model as ONNX, and the proof that it answers as the trainer did."""

import logging
import warnings
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from onnx import TensorProto, checker, helper, numpy_helper, save

from backend.scorer import open_session
from backend.steps import tokens

OPSET = 18
TOLERANCE = 1e-3  # largest |logit difference| between trainer and ONNX model, on real rows
PROVEN_ON = 256  # rows of the test part

Floats = NDArray[np.float64]


class Differs(Exception):
    """The exported model does not answer as the trained one does."""


class _Logit(torch.nn.Module):
    """A classifier of two classes that answers with the logit of the second, (rows,)."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        pair: torch.Tensor = self.model(input_ids=input_ids, attention_mask=attention_mask).logits
        return pair[:, 1] - pair[:, 0]


def export_text_model(model: torch.nn.Module, path: Path) -> None:
    """Write a text classifier as ONNX: input_ids and attention_mask (rows, tokens) -> logit.

    Both sizes are free. The model is left on the CPU in evaluation mode.
    """
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    ids = torch.arange(14).reshape(2, 7)
    mask = torch.ones_like(ids)  # a tensor of its own: one given twice becomes one input
    free = {0: torch.export.Dim("rows"), 1: torch.export.Dim("tokens")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own internals
        torch.onnx.export(
            _Logit(model.cpu().eval()),
            (ids, mask),
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=["logit"],
            opset_version=OPSET,
            dynamic_shapes={"input_ids": free, "attention_mask": free},
            dynamo=True,
            external_data=False,
            verbose=False,
        )


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
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    checker.check_model(model)
    save(model, str(path))


def text_logits(path: Path, ids: tokens.Ids, pad: int, threads: int) -> Floats:
    """Return the logits (n,) of an exported text model."""
    session, logit = open_session(path, threads), np.zeros(len(ids))
    for batch in tokens.by_length(ids, 64):
        numbers, mask = tokens.padded([ids[place] for place in batch], pad)
        given = {"input_ids": numbers, "attention_mask": mask}
        logit[batch] = session.run(["logit"], given)[0].ravel()
    return logit


def prove_equal(trained: Floats, exported: Floats) -> float:
    """Return the largest |difference| of the logits (n,), 0 for no row.

    Raises Differs when it exceeds the tolerance of 0.001.
    """
    difference = float(np.abs(trained - exported).max()) if len(trained) else 0.0
    if not difference <= TOLERANCE:
        raise Differs(f"The ONNX model differs from the trained one by {difference:.2g} logits")
    return difference
