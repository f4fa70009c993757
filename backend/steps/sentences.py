"""Texts as vectors of what they mean, by the sentence encoder that lies beside a model. No torch.

The mean over a text's tokens of what the encoder makes of them, at unit length: texts that mean
the same lie close, even where they share no word. The encoder is written by the trainer, see
`workers.steps.minilm`; training and serving read the same file.
Source: Reimers and Gurevych, "Sentence-BERT: Sentence Embeddings using Siamese BERT-Networks",
2019.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from onnxruntime import InferenceSession
from tokenizers import Tokenizer

from backend.steps import tokens
from backend.steps.session import open_session

FOLDER = "sentences"  # of the encoder, in the folder of a model
MODEL, TOKENISER = "encoder.onnx", "tokenizer.json"
WIDTH = 384  # numbers of a vector
LONGEST = 40  # tokens of a text that are read: some 30 words, 12 ms of one core
AT_ONCE = 32  # texts
PAD = 0  # token that fills a batch
MOST_REMEMBERED = 20_000  # texts, 30 MB

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class _Encoder:
    session: InferenceSession
    tokeniser: Tokenizer
    remembered: dict[str, Vectors] = field(default_factory=dict)  # a file repeats its texts


def vectors_of(texts: Sequence[str], folder: Path) -> Vectors:
    """Return one vector of unit length per text, (n, 384); (0, 384) for no text.

    `folder` holds the encoder, `encoder.onnx` and `tokenizer.json`. A text's vector depends
    on that text alone, to the last digits of float32. An empty text has a vector, too.

    Raises FileNotFoundError when the folder holds no encoder.
    """
    place, distinct = pd.factorize(np.array(texts, dtype=object))
    if not len(distinct):
        return np.zeros((0, WIDTH), dtype=np.float32)
    encoder = _opened(folder.resolve())
    known = dict(encoder.remembered)
    new = [text for text in distinct if text not in known]
    known.update(zip(new, _read(encoder, new), strict=True))
    if len(known) <= MOST_REMEMBERED:
        encoder.remembered.update(known)
    return np.stack([known[text] for text in distinct])[place]


def carry(source: Path, target: Path) -> None:
    """Copy the encoder in `source` into the folder `target`, unless one lies there."""
    if (target / MODEL).is_file():
        return
    target.mkdir(exist_ok=True)
    for name in (TOKENISER, MODEL):
        shutil.copyfile(source / name, target / name)


@lru_cache(maxsize=4)
def _opened(folder: Path) -> _Encoder:
    if not (folder / MODEL).is_file():
        raise FileNotFoundError(f"There is no sentence encoder in {folder}")
    tokeniser = tokens.open_tokeniser(folder / TOKENISER, LONGEST)
    return _Encoder(open_session(folder / MODEL), tokeniser)


def _read(encoder: _Encoder, texts: list[str]) -> Vectors:
    ids = tokens.encode(encoder.tokeniser, texts)
    vectors = np.zeros((len(texts), WIDTH), dtype=np.float32)
    for batch in tokens.by_length(ids, AT_ONCE):
        numbers, mask = tokens.padded([ids[place] for place in batch], PAD)
        given = {"input_ids": numbers, "attention_mask": mask}
        vectors[batch] = encoder.session.run(["vector"], given)[0]
    return vectors
