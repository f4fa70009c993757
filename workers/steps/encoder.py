"""Where a pretrained encoder comes from, and how it becomes a classifier of two classes."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers

from backend.errors import OptionsRefused
from workers.order import Order
from workers.steps import package

PACKAGE = "package"
COMMIT = re.compile(r"[0-9a-f]{40}")
HUB_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*")


@dataclass(frozen=True)
class Source:
    """A local folder, or a name on the hub at one commit."""

    place: str
    revision: str | None = None

    @property
    def is_local(self) -> bool:
        """True when nothing may be fetched."""
        return self.revision is None


def find(encoder: str, revision: str) -> Source:
    """Return where `encoder` is: `package`, a local folder, or a hub name at a commit.

    Raises OptionsRefused when the package is not installed, when nothing is there, or when
    a hub name comes without its commit as 40 hex digits: names move, commits do not.
    """
    if encoder == PACKAGE:
        return Source(str(package.folder()))
    if Path(encoder).is_dir():
        return Source(str(Path(encoder).resolve()))
    if not HUB_NAME.fullmatch(encoder):
        raise OptionsRefused(f"The encoder {encoder!r} is neither a folder nor a hub name.")
    if not COMMIT.fullmatch(revision):
        raise OptionsRefused(
            f"The hub encoder {encoder} needs its revision: the commit as 40 hex digits."
        )
    return Source(encoder, revision)


def chosen(order: Order, encoder: str, revision: str) -> Source:
    """Return where the encoder of the options is, or the installation's when they name none.

    Raises OptionsRefused as `find` does.
    """
    if encoder:
        return find(encoder, revision)
    return find(order.encoder, order.encoder_revision)


def load_classifier(source: Source, layers: int, seed: int) -> torch.nn.Module:
    """Return the encoder with a fresh head of two classes, seeded; weights from safetensors only.

    `layers` keeps that many of the encoder's first layers, 0 keeps all. Raises OptionsRefused
    when there is no safetensors file or no model that transformers knows.
    """
    transformers.set_seed(seed)  # the head is random
    kind = transformers.AutoModelForSequenceClassification
    return _load(kind, source, layers, num_labels=2)


def load_encoder(source: Source, layers: int) -> torch.nn.Module:
    """Return the encoder without a head; otherwise as `load_classifier`."""
    return _load(transformers.AutoModel, source, layers)


def _load(kind: Any, source: Source, layers: int, **told: Any) -> torch.nn.Module:
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    where = {"revision": source.revision or "main", "local_files_only": source.is_local}
    try:
        config = transformers.AutoConfig.from_pretrained(
            source.place, trust_remote_code=False, **told, **where
        )
        config.num_hidden_layers = min(layers or config.num_hidden_layers, config.num_hidden_layers)
        model: torch.nn.Module = kind.from_pretrained(
            source.place, config=config, use_safetensors=True, trust_remote_code=False, **where
        )
    except (OSError, ValueError) as error:
        raise OptionsRefused(f"The encoder {source.place} cannot be loaded: {error}") from error
    return model.float()


def save_tokeniser(source: Source, path: Path) -> int:
    """Write the encoder's `tokenizer.json` to `path` and return the number that pads.

    Raises OptionsRefused when the encoder has no fast tokeniser.
    """
    tokeniser = transformers.AutoTokenizer.from_pretrained(
        source.place,
        revision=source.revision or "main",
        local_files_only=source.is_local,
        trust_remote_code=False,
    )
    if not tokeniser.is_fast or tokeniser.pad_token_id is None:
        raise OptionsRefused(f"The encoder {source.place} has no fast tokeniser with padding.")
    tokeniser.backend_tokenizer.save(str(path))
    return int(tokeniser.pad_token_id)
