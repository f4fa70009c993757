"""What a model family declares: how it is offered, and how it learns."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field

from backend.reader import Reader
from backend.steps.columns import Column
from backend.steps.features import Plan
from backend.steps.split import Split
from workers.order import Order
from workers.signals import Wishes
from workers.voice import Voice

if TYPE_CHECKING:
    from workers.steps.checkpoint import Keeper
    from workers.steps.read import Part

Devices = Annotated[
    int,
    Field(
        ge=1,
        le=8,
        title="Devices",
        description="Graphics cards that learn at the same time, each from its part of every "
        "batch; on a worker without them, as many processes. The worker needs that many.",
    ),
]  # the option of families that can learn on several


class Diverged(Exception):
    """The loss stopped being a number."""


@dataclass(frozen=True)
class Preset:
    """A ready choice of options."""

    about: str  # one sentence for the analyst
    options: dict[str, Any] = field(default_factory=dict)  # what differs from the defaults

    def to_plain(self) -> dict[str, Any]:
        """Return the preset as a JSON-ready dict."""
        return asdict(self)


@dataclass(frozen=True)
class Lesson:
    """What a family learns from: labelled rows of the training part, and a way to check."""

    order: Order
    train: "Part"  # labelled, both classes
    validation: "Part"  # labelled; may be empty
    test: "Part"  # labelled, to prove the exported model on; its labels are not for learning
    voice: Voice
    wishes: Wishes
    scratch: Path  # for files nobody keeps
    divided: Split | None = None  # how the parts came about, to measure on other splits
    past: Plan | None = None  # of the `_past_*` columns that frames of the parts have

    @cached_property
    def keeper(self) -> "Keeper":
        """What keeps the state of learning, and finds what an attempt before this one kept."""
        from workers.steps.checkpoint import Keeper  # offers are read where nothing is learned

        return Keeper.of(self.order, self.voice)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns a family may read: the dataset's own, and one per feature of the past."""
        return (*self.order.columns, *(self.past.columns if self.past else ()))


@dataclass(frozen=True)
class Learned:
    """What came of it. The family has left model.onnx (and tokenizer.json) in the folder."""

    reader: Reader
    rows_trained: int
    parameters: int
    best_step: int
    parity: float  # largest |logit difference| between the trainer and the ONNX model
    validation_sample: dict[str, int]  # rows and frauds looked at while training
    extras: dict[str, Any] = field(default_factory=dict)  # JSON-ready, joins the metrics


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
    need: str = "cpu"  # gpu: learns best on a graphics card
    answers: bool = True  # False: it scores nothing, and other runs start from it
