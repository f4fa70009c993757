"""A trained transaction transformer as ONNX: one logit, the mean of all members."""

import logging
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from workers.steps.export import OPSET
from workers.steps.history_net import TransactionModel


class MeanLogit(nn.Module):
    """Answers with the mean logit of the members, (rows,)."""

    def __init__(self, model: TransactionModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, row: Tensor, past: Tensor | None = None) -> Tensor:
        return self.model(row, past).mean(dim=-1)


def export_history_model(
    model: TransactionModel, row: Tensor, past: Tensor | None, path: Path
) -> None:
    """Write the model as ONNX: row (rows, n) and, with a history, past (rows, depth, n) -> logit.

    The number of rows is free; `row` and `past` are examples of two rows or more. The model is
    left in evaluation mode.
    """
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    given = {"row": row} if past is None else {"row": row, "past": past}
    free = {0: torch.export.Dim("rows")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own internals
        torch.onnx.export(
            MeanLogit(model.eval()),
            tuple(given.values()),
            str(path),
            input_names=list(given),
            output_names=["logit"],
            opset_version=OPSET,
            dynamic_shapes=dict.fromkeys(given, free),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
