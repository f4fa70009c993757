"""Texts as token numbers, ready for a language model. The same for training and for scoring."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

Ids = list[list[int]]
Matrix = NDArray[np.int64]


def open_tokeniser(path: Path, longest: int) -> Tokenizer:
    """Return the tokeniser of a `tokenizer.json`, cut at `longest` tokens, without padding.

    A control mark such as [SEP] inside a text is read as the letters it is made of.
    """
    tokeniser = Tokenizer.from_file(str(path))
    tokeniser.no_padding()
    tokeniser.enable_truncation(longest)
    tokeniser.encode_special_tokens = True
    return tokeniser


def encode(tokeniser: Tokenizer, texts: Sequence[str]) -> Ids:
    """Return the token numbers of each text, in order; empty in, empty out."""
    return [encoding.ids for encoding in tokeniser.encode_batch_fast(list(texts))]


def by_length(ids: Ids, size: int) -> Iterator[NDArray[np.int64]]:
    """Yield batches of places in `ids`, shortest texts first, so that little is padding."""
    order = np.argsort([len(each) for each in ids], kind="stable")
    for start in range(0, len(order), size):
        yield order[start : start + size]


def padded(ids: Ids, pad: int) -> tuple[Matrix, Matrix]:
    """Return (token numbers, attention mask), each (rows, longest of these rows)."""
    longest = max(len(each) for each in ids)
    numbers = np.full((len(ids), longest), pad, dtype=np.int64)
    mask = np.zeros_like(numbers)
    for row, each in enumerate(ids):
        numbers[row, : len(each)] = each
        mask[row, : len(each)] = 1
    return numbers, mask
