"""The share of frauds, whatever the transaction: what knowing nothing is worth."""

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from workers.family import Family, Preset

if TYPE_CHECKING:
    from workers.family import Learned, Lesson


class Options(BaseModel, extra="forbid"):
    """Nothing can be chosen."""


def train(lesson: "Lesson", options: Any) -> "Learned":
    """Count, export and prove; see `workers.steps.yardsticks.learn_constant`."""
    from workers.steps.yardsticks import learn_constant

    return learn_constant(lesson)


FAMILY = Family(
    title="Constant",
    summary="The same score for every transaction: the share of frauds. What a model is worth "
    "begins above it.",
    order=40,
    options=Options,
    presets={"Quick check": Preset("Counts the frauds of the training part.")},
    train=train,
)
