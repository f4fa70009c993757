"""Gradient-boosted trees over numbers, categories and words: the baseline that is hard to beat."""

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from workers.family import Family, Preset

if TYPE_CHECKING:
    from workers.family import Learned, Lesson


class Options(BaseModel, extra="forbid"):
    """What an analyst may choose."""

    seconds: float = Field(
        60.0,
        ge=1,
        le=86_400,
        title="Time for tuning, seconds",
        description="How long good options are looked for. As many trials are made as fit.",
    )
    trials: int = Field(
        200,
        ge=1,
        le=10_000,
        title="Most trials",
        description="The search ends after this many choices of options, even with time left.",
    )
    negatives_per_fraud: float = Field(
        0,
        ge=0,
        le=10_000,
        title="Legitimate rows per fraud",
        description="How many legitimate transactions are kept for each fraud. 0 keeps all, up "
        "to a million rows.",
    )
    folds: int = Field(
        4,
        ge=0,
        le=12,
        title="Folds",
        description="Earlier periods the tuned trees are tried on, to say how far figures move. "
        "0 leaves that out, and the comparison with a random split.",
    )
    past: bool = Field(
        True,
        title="Features of the past",
        description="How often, how much and how unusual: what the same customer and the same "
        "merchant did before each payment, computed from the file. Needs a column that says when.",
    )
    seed: int = Field(
        0,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        description="The same seed gives the same trials, as many as fit into the time.",
    )


def train(lesson: "Lesson", options: Any) -> "Learned":
    """Tune, export and prove the trees; see `workers.steps.boost.learn`."""
    from workers.steps.boost import learn

    return learn(lesson, options)


FAMILY = Family(
    title="Boosted trees",
    summary="Gradient-boosted trees (LightGBM), tuned while their time lasts. Strong on numbers "
    "and categories: a model that beats them has learned something.",
    order=15,
    options=Options,
    presets={
        "Quick check": Preset("Half a minute of tuning.", {"seconds": 30.0}),
        "Balanced": Preset("Five minutes of tuning.", {"seconds": 300.0}),
        "Thorough": Preset("An hour of tuning.", {"seconds": 3_600.0, "trials": 1_000}),
    },
    train=train,
)
