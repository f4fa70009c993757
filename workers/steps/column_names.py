"""What columns are called, as vectors, so that a network knows alike columns of other files."""

from pathlib import Path

import torch

from backend.errors import OptionsRefused
from backend.steps.sentences import vectors_of
from workers.steps.history_net import TransactionModel
from workers.steps.minilm import write_encoder


def call(model: TransactionModel, scratch: Path) -> TransactionModel:
    """Tell a model what its columns are called, and return it.

    Where the packaged encoder is not installed, names say nothing and all weights of a column
    are its own. `scratch` takes the encoder for the while.
    """
    names = model.config.names
    if not names:
        return model
    try:
        vectors = vectors_of(names, write_encoder(scratch / "encoder"))
    except OptionsRefused:
        return model
    model.called.copy_(torch.from_numpy(vectors))
    return model
