"""The transaction transformer: each payment beside what the same customer did before."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field

from workers.family import Family, Preset

if TYPE_CHECKING:
    from workers.family import Learned, Lesson


class Options(BaseModel, extra="forbid"):
    """What an analyst may choose."""

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
    epochs: int = Field(
        default=10,
        ge=1,
        le=200,
        title="Epochs",
        description="How often every fraud is seen, each time among other legitimate rows.",
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
    batch_size: int = Field(
        default=512,
        ge=8,
        le=16_384,
        title="Batch size",
        description="Rows that are learned from at once.",
    )
    negatives_per_fraud: float = Field(
        default=40.0,
        ge=0,
        le=10_000,
        title="Legitimate rows per fraud",
        description="How many legitimate transactions each epoch draws for each fraud; scores are "
        "corrected for it. 0 keeps all.",
    )
    dropout: float = Field(
        default=0.1,
        ge=0,
        lt=1,
        title="Dropout",
        description="Share of the network that is left out at each step. More for few frauds.",
    )
    bins: int = Field(
        default=32,
        ge=8,
        le=128,
        title="Steps of a number",
        description="Into how many pieces the values of a column are cut.",
    )
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
    summary="A network that looks at each payment beside the earlier ones of the same customer. "
    "Choose it where customers come back.",
    order=12,
    options=Options,
    presets={
        "Quick check": Preset(
            "One tiny network; every fraud and 20 fresh legitimate rows for each, six times over.",
            {"size": "tiny", "networks": 1, "epochs": 6, "negatives_per_fraud": 20.0},
        ),
        "Balanced": Preset(
            "Three small networks; every fraud and 40 fresh legitimate rows for each, ten times "
            "over. Minutes on two cores.",
            {},
        ),
        "Thorough": Preset(
            "Five networks that look at 32 earlier transactions, twenty times over. Better with a "
            "graphics card.",
            {"networks": 5, "events": 32, "epochs": 20, "patience": 8},
        ),
    },
    train=train,
)
