"""Few examples: a language model that is barely moved, and a straight line through its vectors."""

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from workers.family import Family, Preset

if TYPE_CHECKING:
    from workers.family import Learned, Lesson


class Options(BaseModel, extra="forbid"):
    """What an analyst may choose."""

    frauds: int = Field(
        default=100,
        ge=0,
        le=10_000,
        title="Frauds to learn from",
        description="At most so many, drawn from the training part. 0 takes all.",
    )
    negatives_per_fraud: float = Field(
        default=8.0,
        gt=0,
        le=1_000,
        title="Legitimate rows per fraud",
        description="How many legitimate transactions are drawn for each fraud; scores are "
        "corrected for it.",
    )
    rounds: int = Field(
        default=2,
        ge=0,
        le=50,
        title="Rounds of contrast",
        description="In each, the encoder learns from pairs which texts belong together; the "
        "best round is kept. 0 leaves the encoder as it is.",
    )
    learning_rate: float = Field(
        default=2e-5,
        gt=0,
        le=1e-2,
        title="Learning rate",
        description="Size of the steps of the encoder.",
    )
    freedom: float = Field(
        default=100.0,
        gt=0,
        le=1e4,
        title="Freedom of the weights",
        description="C of the line through the vectors. Smaller keeps the weights near zero: "
        "choose it when there are few frauds.",
    )
    max_length: int = Field(
        default=128,
        ge=16,
        le=512,
        title="Longest text, tokens",
        description="What a transaction may take. Wide files need more and take longer.",
    )
    seed: int = Field(
        default=0,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        description="Draws the examples. The same seed gives the same model.",
    )
    encoder: str = Field(
        default="",
        max_length=300,
        title="Encoder",
        description="`package`, a folder of the trainer's machine, or a name on the Hugging Face "
        "hub. Empty: what this installation uses.",
    )
    encoder_revision: str = Field(
        default="",
        pattern=r"^([0-9a-f]{40})?$",
        title="Revision of the encoder",
        description="The commit of a hub encoder, 40 hex digits. Needed, because names move.",
    )


def train(lesson: "Lesson", options: Any) -> "Learned":
    """Learn from few rows, export and prove; see `workers.steps.few.learn`."""
    from workers.steps.few import learn

    return learn(lesson, options)


FAMILY = Family(
    title="Few examples",
    summary="A language model that learns from pairs of a few labelled rows. For when there are "
    "fewer than about 100 labelled frauds, and text that says something.",
    order=25,
    need="gpu",
    options=Options,
    presets={
        "Quick check": Preset(
            "The encoder as it is; up to 100 frauds and eight legitimate rows for each.",
            {"rounds": 0},
        ),
        "Balanced": Preset("Two rounds of contrast on the same rows. Minutes on two cores.", {}),
        "Thorough": Preset(
            "Five rounds of contrast; up to 300 frauds and sixteen legitimate rows for each.",
            {"frauds": 300, "negatives_per_fraud": 16.0, "rounds": 5},
        ),
    },
    train=train,
)
