"""Logistic regression over the amount alone: is a model more than a limit on the amount?"""

from typing import TYPE_CHECKING, Any

from workers.family import Family, Preset
from workers.models.logistic import Options as Options

if TYPE_CHECKING:
    from workers.family import Learned, Lesson


def train(lesson: "Lesson", options: Any) -> "Learned":
    """Fit, export and prove; see `workers.steps.yardsticks.learn_amount`."""
    from workers.steps.yardsticks import learn_amount

    return learn_amount(lesson, options)


FAMILY = Family(
    title="Amount only",
    summary="Looks at nothing but the amount. A model that is no better is a limit on amounts.",
    order=30,
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
