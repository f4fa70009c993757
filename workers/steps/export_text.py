"""A trained text classifier as ONNX. Apart from the other exports, which need no torch."""

import logging
import warnings
from pathlib import Path

import numpy as np
import torch

from backend.scorer import MODEL
from backend.steps import tokens
from backend.steps.session import open_session
from workers.order import Order
from workers.steps.export import OPSET, Floats, prove_equal
from workers.steps.train import logits_of


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


def text_logits(path: Path, ids: tokens.Ids, pad: int, threads: int) -> Floats:
    """Return the logits (n,) of an exported text model."""
    session, logit = open_session(path, threads), np.zeros(len(ids))
    for batch in tokens.by_length(ids, 64):
        numbers, mask = tokens.padded([ids[place] for place in batch], pad)
        given = {"input_ids": numbers, "attention_mask": mask}
        logit[batch] = session.run(["logit"], given)[0].ravel()
    return logit


def prove(model: torch.nn.Module, order: Order, ids: tokens.Ids, pad: int) -> float:
    """Return the largest |logit difference| between a model and its export in the order's folder.

    Raises Differs when it exceeds the tolerance.
    """
    exported = text_logits(order.folder / MODEL, ids, pad, order.threads)
    return prove_equal(logits_of(model, ids, pad), exported)
