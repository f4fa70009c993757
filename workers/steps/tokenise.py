"""Transactions written as text and cut into tokens, kept as Arrow on disk."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from tokenizers import Tokenizer

from backend.reader import Reader
from backend.scorer import TOKENISER
from backend.steps import tokens
from backend.steps.columns import Column
from backend.steps.serialise import Serialiser, Style
from workers.family import Lesson
from workers.steps import encoder
from workers.steps.encoder import Source
from workers.steps.export import PROVEN_ON
from workers.steps.read import Part

ROWS_AT_ONCE = 10_000
SPARE = 10  # tokens of a text that are not columns: marks, amount, hour, weekday
NO_LIMIT = 1_000_000  # tokens: sentences say little of most columns, so none is left out


@dataclass(frozen=True)
class Writer:
    """Writes rows as token numbers, as the finished model will read them."""

    serialiser: Serialiser
    tokeniser: Tokenizer
    longest: int  # tokens a text may have
    pad: int  # token that fills a batch
    scratch: Path

    @classmethod
    def fit(cls, lesson: Lesson, source: Source, longest: int, style: Style = "words") -> "Writer":
        """Save the encoder's tokeniser with the model, fit the serialiser on the training part."""
        order = lesson.order
        pad = encoder.save_tokeniser(source, order.folder / TOKENISER)
        tokeniser = tokens.open_tokeniser(order.folder / TOKENISER, longest)
        room = NO_LIMIT if style == "sentence" else longest - SPARE
        frame = lesson.train.fitting_frame()
        serialiser = Serialiser.fit(frame, order.columns, order.clock, room, style)
        return cls(serialiser, tokeniser, longest, pad, lesson.scratch)

    def ids(self, part: Part, name: str) -> tokens.Ids:
        """Return the token numbers of each row of the part, in its order; empty in, empty out.

        The Arrow file with them lies in the scratch folder under `name`.
        """
        if len(part) == 0:
            return []
        chosen = part.table.select(part.rows)
        written = chosen.with_format("pandas").map(
            lambda frame: pd.DataFrame({"ids": self._read(frame)}),
            batched=True,
            batch_size=ROWS_AT_ONCE,
            remove_columns=chosen.column_names,
            cache_file_name=str(self.scratch / f"{name}.arrow"),
            new_fingerprint=name,
        )
        ids: tokens.Ids = written.with_format(None)["ids"][:]
        return ids

    def proof(self, lesson: Lesson) -> tokens.Ids:
        """Return real rows to prove an exported model on: of the test part, or of training."""
        part = lesson.test if len(lesson.test) else lesson.train
        return self._read(part.some(np.arange(min(len(part), PROVEN_ON))).frame())

    def reader(self, columns: tuple[Column, ...], kept_share: float) -> Reader:
        """Return what the finished model must know to read rows as it learned them."""
        written = self.serialiser
        return Reader(
            "text",
            written.profile,
            columns,
            kept_share,
            self.longest,
            self.pad,
            serialiser=written.style,
        )

    def _read(self, frame: pd.DataFrame) -> tokens.Ids:
        return tokens.encode(self.tokeniser, self.serialiser.apply(frame))
