"""A finished model that answers: transactions in, probabilities out. ONNX Runtime, no torch."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from onnxruntime import InferenceSession
from tokenizers import Tokenizer

from backend import pasts
from backend.reader import Reader
from backend.steps import feature_table, tokens
from backend.steps.archive import Archive
from backend.steps.encode import Encoder
from backend.steps.events import Events
from backend.steps.serialise import Serialiser
from backend.steps.session import open_session
from backend.steps.situation import Rows

MODEL, TOKENISER, EVENTS = "model.onnx", "tokenizer.json", "events"
TEXTS_AT_ONCE, VECTORS_AT_ONCE = 64, 4096

Floats = NDArray[np.float64]
Values = NDArray[np.float32]
Heard = Callable[[int], None]  # called with the number of rows answered so far


def unheard(_rows: int) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True)
class Scorer:
    """One model, open and ready."""

    reader: Reader
    session: InferenceSession
    tokeniser: Tokenizer | None = None  # of models that read text
    events: Events | None = None  # of models that look at what happened before
    folder: Path | None = None  # of the model

    def score(self, frame: pd.DataFrame, heard: Heard = unheard) -> Floats:
        """Return the probability of fraud of each row (n,), for the real mix and calibrated.

        Of a model of amounts it is a rank, see `Reader.score`. `frame` has the dataset's
        columns. A row's score depends on that row alone, and on events that the model keeps (to
        the last digits of float32). Features of the past that the frame lacks are computed.
        Empty in, empty out. Raises PastGone when they cannot be.
        """
        return self.reader.score(self.logits(frame, heard))

    def logits(self, frame: pd.DataFrame, heard: Heard = unheard) -> Floats:
        """Return what the model itself answers (n,): the log-odds in the mix it learned from.

        A model of amounts answers with those; see `Reader.amount`.
        """
        frame = self._with_past(frame)
        read = {"text": self._read_text, "vector": self._read, "events": self._read_past}
        return read[self.reader.kind](frame, heard)

    def kinds(self, frame: pd.DataFrame) -> Floats:
        """Return how likely each row is of each kind if it is a fraud, (n, kinds).

        Of a model of kinds, in the order of `Reader.kinds`; else (n, 0).
        """
        found = np.zeros((len(frame), len(self.reader.kinds)))
        if not self.reader.kinds:
            return found
        for some, given in self._with_events(self._with_past(frame)):
            found[some] = self.session.run(["kinds"], given)[0]
        return found

    @cached_property
    def _archive(self) -> Archive:
        """What happened before, opened when it is first asked for: in bulk it never is."""
        assert self.folder is not None and self.reader.past is not None
        return Archive.open(self.reader.past, pasts.linked(self.folder))

    def _with_past(self, frame: pd.DataFrame) -> pd.DataFrame:
        plan = self.reader.past
        if plan is None or set(plan.words) <= set(frame.columns):
            return frame
        found = feature_table.of_transactions(plan, frame, self._archive)
        lacking = [name for name in found if name not in frame]
        return pd.concat([frame, found[lacking]], axis=1)

    def _read_text(self, frame: pd.DataFrame, heard: Heard) -> Floats:
        assert self.tokeniser is not None
        texts = Serialiser(self.reader.profile, self.reader.serialiser).apply(frame)
        place, distinct = pd.factorize(np.array(texts, dtype=object))  # equal texts, one answer
        rows_of = np.bincount(place, minlength=len(distinct))
        ids = tokens.encode(self.tokeniser, list(distinct))
        logits, answered = np.zeros(len(distinct)), 0
        for batch in tokens.by_length(ids, TEXTS_AT_ONCE):
            numbers, mask = tokens.padded([ids[each] for each in batch], self.reader.pad)
            given = {"input_ids": numbers, "attention_mask": mask}
            logits[batch] = self.session.run(["logit"], given)[0].ravel()
            answered += int(rows_of[batch].sum())
            heard(answered)
        return logits[place]

    def _read(self, frame: pd.DataFrame, heard: Heard) -> Floats:
        vectors = Encoder(self.reader.profile).apply(frame)
        logits = np.zeros(len(vectors))
        for start in range(0, len(vectors), VECTORS_AT_ONCE):
            some = slice(start, start + VECTORS_AT_ONCE)
            logits[some] = self.session.run(["logit"], {"vector": vectors[some]})[0].ravel()
            heard(min(start + VECTORS_AT_ONCE, len(vectors)))
        return logits

    def _read_past(self, frame: pd.DataFrame, heard: Heard) -> Floats:
        logits = np.zeros(len(frame))
        for some, given in self._with_events(frame):
            logits[some] = self.session.run(["logit"], given)[0].ravel()
            heard(some.stop)
        return logits

    def _with_events(self, frame: pd.DataFrame) -> Iterator[tuple[slice, dict[str, Values]]]:
        """Yield rows, some at a time, as the model is given them."""
        read = self.reader.fields
        assert read is not None
        rows = Rows.of(read, self.events, frame)
        for start in range(0, len(rows), VECTORS_AT_ONCE):
            place = slice(start, min(start + VECTORS_AT_ONCE, len(rows)))
            some = rows.some(place)
            given = {"row": some.row}
            if self.events is not None:
                given["past"] = some.past(read, self.events)
            yield place, given


def open_scorer(folder: Path, threads: int = 1) -> Scorer:
    """Open the model of a run's folder: `model.onnx`, `reader.json` and what its kind needs.

    That is `tokenizer.json` for text, and the folder `events` for a model with a history.

    Raises FileNotFoundError when the folder holds no finished model.
    """
    reader = Reader.read(folder)
    path = folder / TOKENISER
    tokeniser = tokens.open_tokeniser(path, reader.longest) if reader.kind == "text" else None
    past = Events.open(folder / EVENTS) if reader.fields and reader.fields.depth else None
    return Scorer(reader, open_session(folder / MODEL, threads), tokeniser, past, folder)
