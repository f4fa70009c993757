"""Any Hugging Face encoder, fine-tuned on transactions written as text."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field

from workers.family import Devices, Family, Preset

if TYPE_CHECKING:
    from workers.family import Learned, Lesson


class Options(BaseModel, extra="forbid"):
    """What an analyst may choose."""

    layers: int = Field(
        default=0,
        ge=0,
        le=48,
        title="Layers",
        description="How many of the encoder's first layers are used. Fewer is faster; 0 is all.",
    )
    epochs: float = Field(
        default=6.0,
        gt=0,
        le=100,
        title="Epochs",
        description="How often each training row is seen. Halves are allowed.",
    )
    learning_rate: float = Field(
        default=5e-4,
        gt=0,
        le=1e-2,
        title="Learning rate",
        description="Size of the steps. Too large and the loss jumps, too small and it crawls.",
    )
    batch_size: int = Field(
        default=64,
        ge=4,
        le=1024,
        title="Batch size",
        description="Rows that are learned from at once.",
    )
    negatives_per_fraud: float = Field(
        default=10.0,
        ge=0,
        le=10_000,
        title="Legitimate rows per fraud",
        description="How many legitimate transactions each epoch draws for each fraud; scores are "
        "corrected for it. 0 keeps all.",
    )
    max_length: int = Field(
        default=64,
        ge=16,
        le=512,
        title="Longest text, tokens",
        description="What a transaction may take. Wide files need more and take longer.",
    )
    checks: int = Field(
        default=12,
        ge=1,
        le=200,
        title="Checks",
        description="How often the validation sample is looked at; the best look is kept.",
    )
    adapter: Literal["auto", "full", "lora"] = Field(
        default="auto",
        title="What learns",
        description="full: every weight. lora: a small adapter and the head, which needs less "
        "memory and forgets less. auto: lora above 20 million parameters.",
    )
    devices: Devices = 1
    seed: int = Field(
        default=0,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        description="Draws the sample and the head. The same seed gives the same start.",
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
    """Fine-tune, export and prove the classifier; see `workers.steps.finetune.learn`."""
    from workers.steps.finetune import learn

    return learn(lesson, options)


FAMILY = Family(
    title="BERT",
    summary="A language model that reads each transaction as a short text and is fine-tuned on "
    "your frauds. Reads categories and free text best.",
    order=10,
    need="gpu",
    options=Options,
    presets={
        "Quick check": Preset(
            "Three layers; every fraud and 10 fresh legitimate rows for each, six times over. "
            "Minutes on two cores.",
            {"layers": 3, "epochs": 6.0, "negatives_per_fraud": 10.0, "checks": 8},
        ),
        "Balanced": Preset(
            "Three layers; every fraud and 15 fresh legitimate rows for each, twelve times over.",
            {"layers": 3, "epochs": 12.0, "negatives_per_fraud": 15.0, "checks": 12},
        ),
        "Thorough": Preset(
            "All layers; every fraud and 40 fresh legitimate rows for each, ten times over, "
            "texts up to 128 tokens. Hours on two cores; better with a graphics card.",
            {
                "layers": 0,
                "epochs": 10.0,
                "learning_rate": 3e-4,
                "negatives_per_fraud": 40.0,
                "max_length": 128,
                "checks": 30,
            },
        ),
    },
    train=train,
)
