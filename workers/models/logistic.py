"""Logistic regression over numbers and categories: the baseline everyone must beat."""

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from workers.family import Family, Preset

if TYPE_CHECKING:
    from workers.family import Learned, Lesson


class Options(BaseModel, extra="forbid"):
    """What an analyst may choose."""

    regularisation: float = Field(
        3.0,
        gt=0,
        le=1e4,
        title="Freedom of the weights",
        description="C of the regression. Smaller keeps the weights near zero: choose it when "
        "there are few frauds.",
    )
    negatives_per_fraud: float = Field(
        0,
        ge=0,
        le=10_000,
        title="Legitimate rows per fraud",
        description="How many legitimate transactions are kept for each fraud. 0 keeps all.",
    )
    past: bool = Field(
        True,
        title="Features of the past",
        description="How often, how much and how unusual: what the same customer and the same "
        "merchant did before each payment, computed from the file. Needs a column that says when.",
    )
    seed: int = Field(
        0, ge=0, le=2**31 - 1, title="Seed", description="The same seed gives the same model."
    )


def train(lesson: "Lesson", options: Any) -> "Learned":
    """Fit, export and prove the regression; see `workers.steps.regress.learn`."""
    from workers.steps.regress import learn

    return learn(lesson, options)


FAMILY = Family(
    title="Logistic regression",
    summary="A straight line through numbers and categories. Seconds to train, easy to explain: "
    "what every other model has to beat.",
    order=20,
    options=Options,
    presets={
        "Quick check": Preset(
            "Every fraud and 150 legitimate rows for each.", {"negatives_per_fraud": 150.0}
        ),
        "Balanced": Preset(
            "Every fraud and 500 legitimate rows for each.", {"negatives_per_fraud": 500.0}
        ),
        "Thorough": Preset("Every row of the training part.", {"negatives_per_fraud": 0.0}),
    },
    train=train,
)
