"""The transaction transformer: each payment beside what the same customer did before."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field

from workers.family import Devices, Family, Preset

if TYPE_CHECKING:
    from workers.family import Learned, Lesson


class Options(BaseModel, extra="forbid"):
    """What an analyst may choose."""

    learn: Literal["fraud", "kind", "amount"] = Field(
        default="fraud",
        title="What to learn",
        description="Fraud or not; its kind, from the column that says so; or an amount: the "
        "number to predict, without such a column what is lost to fraud.",
    )
    loss: Literal["cross-entropy", "focal"] = Field(
        default="cross-entropy",
        title="Loss",
        description="How far off an answer is, when fraud is learned. Focal looks more at rows "
        "that are hard to tell.",
    )
    size: Literal["tiny", "small", "base", "large"] = Field(
        default="small",
        title="Size",
        description="Of the network. Larger ones need many frauds, and a graphics card.",
    )
    networks: int = Field(
        default=3,
        ge=1,
        le=10,
        title="Networks",
        description="How many learn side by side and answer together. More is steadier and "
        "takes longer.",
    )
    events: int = Field(
        default=16,
        ge=0,
        le=128,
        title="Earlier transactions",
        description="How many of the same customer are looked at. 0 looks at none.",
    )
    steps: int = Field(
        default=900,
        ge=1,
        le=1_000_000,
        title="Steps",
        description="How many are planned at least. Every fraud is seen in each epoch, and there "
        "are eight epochs or more.",
    )
    patience: int = Field(
        default=5,
        ge=1,
        le=200,
        title="Patience",
        description="Learning ends after so many epochs in which validation got no better.",
    )
    learning_rate: float = Field(
        default=3e-3,
        gt=0,
        le=1e-1,
        title="Learning rate",
        description="Size of the steps. Too large and the loss jumps, too small and it crawls.",
    )
    negatives_per_fraud: float = Field(
        default=40.0,
        ge=0,
        le=10_000,
        title="Legitimate rows per fraud",
        description="How many legitimate transactions each epoch draws for each fraud; scores are "
        "corrected for it. 0 keeps all.",
    )
    past: bool = Field(
        default=False,
        title="Features of the past",
        description="How often, how much and how unusual: what the same customer and the same "
        "merchant did before each payment, computed from the file. Earlier transactions say much "
        "of it already, and learning takes twice as long.",
    )
    field_blocks: int = Field(
        default=0,
        ge=0,
        le=4,
        title="Blocks among fields",
        description="Layers in which the fields of a payment attend to each other. 0 has none.",
    )
    start_from: int = Field(
        default=0,
        ge=0,
        title="Start from",
        description="The number of a finished run whose weights are carried over where they mean "
        "the same. 0 starts from scratch.",
    )
    auxiliary: float = Field(
        default=0.0,
        ge=0,
        le=10,
        title="Guessing beside",
        description="Weight of guessing hidden fields and what comes next, beside the labels. It "
        "falls to nothing while it learns. 0.1 helps where few rows have labels and takes twice as "
        "long; 0 leaves it out.",
    )
    devices: Devices = 1
    seed: int = Field(
        default=0,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        description="Draws the sample and the start. The same seed gives the same model.",
    )


def train(lesson: "Lesson", options: Any) -> "Learned":
    """Fit, learn, export and prove the networks; see `workers.steps.attend.learn`."""
    from workers.steps.attend import learn

    return learn(lesson, options)


FAMILY = Family(
    title="Transaction transformer",
    summary="A network that looks at each payment beside the earlier ones of the same customer, "
    "and by itself where nobody comes back. The one to begin with.",
    order=5,
    need="gpu",
    options=Options,
    presets={
        "Quick check": Preset(
            "One tiny network; every fraud and 20 fresh legitimate rows for each, at every turn. "
            "A minute or two on two cores.",
            {"size": "tiny", "networks": 1, "steps": 300, "negatives_per_fraud": 20.0},
        ),
        "Balanced": Preset(
            "Three tiny networks; every fraud and 40 fresh legitimate rows for each, at every "
            "turn. Minutes on two cores.",
            {"size": "tiny", "networks": 3},
        ),
        "Thorough": Preset(
            "Five small networks that look at 32 earlier transactions, and three times as long. "
            "Better with a graphics card.",
            {"size": "small", "networks": 5, "events": 32, "steps": 2_700, "patience": 10},
        ),
    },
    train=train,
)
