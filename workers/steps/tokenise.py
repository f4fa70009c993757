"""Transactions written as text and cut into tokens, kept as Arrow on disk."""

from pathlib import Path

import pandas as pd
from tokenizers import Tokenizer

from backend.steps import tokens
from backend.steps.serialise import Serialiser
from workers.steps.read import Part

ROWS_AT_ONCE = 10_000


def tokenise(
    part: Part, serialiser: Serialiser, tokeniser: Tokenizer, scratch: Path, name: str
) -> tokens.Ids:
    """Return the token numbers of each row of the part, in its order; empty in, empty out.

    The Arrow file with them lies in `scratch` under `name`.
    """
    if len(part) == 0:
        return []

    def read(frame: pd.DataFrame) -> pd.DataFrame:
        ids = tokens.encode(tokeniser, serialiser.apply(frame))
        return pd.DataFrame({"ids": ids})

    chosen = part.table.select(part.rows)
    written = chosen.with_format("pandas").map(
        read,
        batched=True,
        batch_size=ROWS_AT_ONCE,
        remove_columns=chosen.column_names,
        cache_file_name=str(scratch / f"{name}.arrow"),
        new_fingerprint=name,
    )
    ids: tokens.Ids = written.with_format(None)["ids"][:]
    return ids
