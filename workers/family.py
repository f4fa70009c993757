"""What a model family declares: how it is offered, and how it learns."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel

from backend.reader import Reader
from workers.order import Order
from workers.signals import Wishes
from workers.voice import Voice


class Diverged(Exception):
    """The loss stopped being a number."""


@dataclass(frozen=True)
class Preset:
    """A ready choice of options."""

    about: str  # one sentence for the analyst
    options: dict[str, Any] = field(default_factory=dict)  # what differs from the defaults


@dataclass(frozen=True)
class Lesson:
    """What a family learns from: labelled rows of the training part, and a way to check."""

    order: Order
    train: pd.DataFrame  # the training part, unlabelled rows left out
    validation: pd.DataFrame  # the whole validation part; may be empty
    rows_to_score: int  # rows that the finished model will answer for
    voice: Voice
    wishes: Wishes
    scratch: Path  # for files nobody keeps


@dataclass(frozen=True)
class Learned:
    """What came of it. The family has left model.onnx (and tokenizer.json) in the folder."""

    reader: Reader
    rows_trained: int
    parameters: int
    best_step: int
    parity: float  # largest |logit difference| between the trainer and the ONNX model
    validation_sample: dict[str, int]  # rows and frauds looked at while training


Train = Callable[[Lesson, Any], Learned]


@dataclass(frozen=True)
class Family:
    """One kind of model that can be trained."""

    title: str
    summary: str  # what it is and when to choose it, for the analyst
    order: int  # place in the menu
    options: type[BaseModel]
    presets: dict[str, Preset]  # the first is the default
    train: Train


def labels(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Return `_label` of labelled rows as whole numbers (n,)."""
    return frame["_label"].to_numpy(dtype=np.int64)
