"""Pre-training: what is usual, learned without labels, for transformers to start from."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field

from workers.family import Devices, Family, Preset

if TYPE_CHECKING:
    from workers.family import Learned, Lesson


class Options(BaseModel, extra="forbid"):
    """What an analyst may choose."""

    size: Literal["tiny", "small", "base", "large"] = Field(
        default="tiny",
        title="Size",
        description="Of the network. What starts from it carries over more at the same size.",
    )
    networks: int = Field(
        default=1,
        ge=1,
        le=10,
        title="Networks",
        description="How many learn side by side. A run that starts from fewer than it has uses "
        "them in turn.",
    )
    events: int = Field(
        default=16,
        ge=0,
        le=128,
        title="Earlier transactions",
        description="How many of the same customer are looked at. 0 looks at none.",
    )
    field_blocks: int = Field(
        default=0,
        ge=0,
        le=4,
        title="Blocks among fields",
        description="Layers in which the fields of a payment attend to each other. 0 has none.",
    )
    steps: int = Field(
        default=2_000,
        ge=1,
        le=1_000_000,
        title="Steps",
        description="How many are planned, of 512 transactions each.",
    )
    patience: int = Field(
        default=3,
        ge=1,
        le=200,
        title="Patience",
        description="Learning ends after so many of its ten rounds in which it guessed no better.",
    )
    learning_rate: float = Field(
        default=2e-3,
        gt=0,
        le=1e-1,
        title="Learning rate",
        description="Size of the steps. Too large and the loss jumps, too small and it crawls.",
    )
    past: bool = Field(
        default=False,
        title="Features of the past",
        description="Also guess how often, how much and how unusual. Needed where the run that "
        "starts from it reads them.",
    )
    devices: Devices = 1
    seed: int = Field(
        default=0,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        description="Draws what is hidden and the start. The same seed gives the same weights.",
    )


def train(lesson: "Lesson", options: Any) -> "Learned":
    """Learn to guess hidden fields and the next event; see `workers.steps.pretraining.learn`."""
    from workers.steps.pretraining import learn

    return learn(lesson, options)


FAMILY = Family(
    title="Pre-training",
    summary="Learns without labels what is usual: it guesses hidden fields and what a customer "
    "does next. It scores nothing; a transaction transformer starts from it. Choose it where few "
    "transactions have labels.",
    order=14,
    need="gpu",
    options=Options,
    presets={
        "Quick check": Preset("500 steps. A minute on two cores.", {"steps": 500}),
        "Balanced": Preset("2,000 steps. Minutes on two cores."),
        "Thorough": Preset(
            "20,000 steps of three small networks. Better with a graphics card.",
            {"size": "small", "networks": 3, "steps": 20_000},
        ),
    },
    train=train,
    answers=False,
)
