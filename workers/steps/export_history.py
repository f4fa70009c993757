"""A trained transaction transformer as ONNX: one logit a row, from the mean of all members."""

import copy
import logging
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from workers.steps.export import OPSET
from workers.steps.history_net import TransactionModel
from workers.steps.losses import KINDS, LEGITIMATE, LOSSES


class MeanLogit(nn.Module):
    """Answers with what ranks rows, (rows,), of the mean of the members; see `losses.LOSSES`."""

    def __init__(self, model: TransactionModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, row: Tensor, past: Tensor | None = None) -> Tensor:
        return LOSSES[self.model.config.loss].logit(self.model(row, past).mean(dim=1))


class MeanKinds(MeanLogit):
    """Answers with that, and with the chance of each kind of fraud if it is one, (rows, kinds)."""

    def forward(self, row: Tensor, past: Tensor | None = None) -> Any:
        said = self.model(row, past).mean(dim=1)
        return LOSSES[KINDS].logit(said), said[:, LEGITIMATE + 1 :].softmax(dim=-1)


def export_history_model(
    model: TransactionModel, row: Tensor, past: Tensor | None, path: Path
) -> None:
    """Write the model as ONNX: row (rows, n) and, with a history, past (rows, depth, n) -> logit.

    A model of kinds answers with `kinds` (rows, kinds) too, see `MeanKinds`. The number of rows
    is free; `row` and `past` are examples of two rows or more. The model is left in evaluation
    mode. The names of the columns are constants by then and cost nothing.
    """
    model.eval()
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    given = {"row": row} if past is None else {"row": row, "past": past}
    free = {0: torch.export.Dim("rows")}
    of_kinds = model.config.loss == KINDS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own internals
        torch.onnx.export(
            (MeanKinds if of_kinds else MeanLogit)(copy.deepcopy(model).fold()),
            tuple(given.values()),
            str(path),
            input_names=list(given),
            output_names=["logit", "kinds"] if of_kinds else ["logit"],
            opset_version=OPSET,
            dynamic_shapes=dict.fromkeys(given, free),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
