"""No examples: how near each transaction's text lies to a sentence about fraud. Weak."""

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from workers.family import Family, Preset

if TYPE_CHECKING:
    from workers.family import Learned, Lesson


class Options(BaseModel, extra="forbid"):
    """What an analyst may choose."""

    fraud: str = Field(
        default="a fraudulent transaction",
        min_length=1,
        max_length=300,
        title="A fraud, in words",
        description="Rows whose text lies near this sentence score high. Say what frauds in this "
        "file look like.",
    )
    ordinary: str = Field(
        default="an ordinary purchase",
        min_length=1,
        max_length=300,
        title="A legitimate row, in words",
        description="Rows whose text lies near this sentence score low.",
    )
    max_length: int = Field(
        default=128,
        ge=16,
        le=512,
        title="Longest text, tokens",
        description="What a transaction may take. Wide files need more and take longer.",
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
    """Compare, export and prove; nothing is learned; see `workers.steps.prompts.learn`."""
    from workers.steps.prompts import learn

    return learn(lesson, options)


FAMILY = Family(
    title="No examples (weak)",
    summary="Compares each transaction's text with a sentence about fraud. Not trained on your "
    "labels, and weak: a score for before there are any.",
    order=35,
    options=Options,
    presets={
        "Quick check": Preset(
            "The beginning of each text, up to 64 tokens. Nothing is learned.", {"max_length": 64}
        ),
        "Balanced": Preset("Texts up to 128 tokens. Nothing is learned.", {}),
        "Thorough": Preset("Texts up to 256 tokens. Nothing is learned.", {"max_length": 256}),
    },
    train=train,
)
