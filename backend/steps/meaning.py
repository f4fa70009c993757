"""Free text as a few numbers: what it means, whichever words say it.

The directions in which the sentence vectors of the training part differ most (principal
components), scaled alike, so that what differs little says little. Beside the words themselves,
see `words`, they carry over to texts that share no word with a known one.
Source: Pearson, "On Lines and Planes of Closest Fit to Systems of Points in Space", 1901; what
it adds was measured in decisions/0018-sentence-encoder.md.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.steps.sentences import WIDTH, vectors_of

DIRECTIONS = 48  # numbers that a text becomes
MOST_TEXTS = 20_000  # different ones in the training part: more take too long to read
FLAT = 1e-3  # spread, as a share of the widest, below which a direction says nothing
WIDEST = 0.5  # spread of the first direction; words have 1, and say more

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Meaning:
    """The directions in which the texts of one column differ; no text is kept."""

    centre: bytes  # float32 (384,), the mean vector
    directions: bytes  # float32 (384, places), scaled alike, the first to a spread of a half
    encoder: Path = field(compare=False)  # folder of the sentence encoder; not part of the state

    @classmethod
    def fit(cls, texts: Sequence[str], encoder: Path) -> "Meaning | None":
        """Learn the directions from texts of the training part.

        None when there are too many different texts to read, or when they all say the same.
        """
        if len(set(texts)) > MOST_TEXTS:
            return None
        vectors = vectors_of(texts, encoder)[[bool(text.strip()) for text in texts]]
        if len(vectors) < 2:
            return None
        centre = vectors.mean(axis=0)
        variance, axes = np.linalg.eigh(np.cov(vectors.astype(np.float64), rowvar=False))
        spread = np.sqrt(np.maximum(variance, 0))[::-1][:DIRECTIONS]
        telling = spread > max(FLAT * float(spread[0]), FLAT**2)
        if not telling.any():
            return None
        directions = axes[:, ::-1][:, :DIRECTIONS][:, telling] * (WIDEST / spread[0])
        return cls(_stored(centre), _stored(directions), encoder)

    @property
    def places(self) -> int:
        """How many numbers a text becomes."""
        return len(self.directions) // (4 * WIDTH)

    def apply(self, texts: Sequence[str]) -> Floats:
        """Return the numbers of each text, (n, places); an empty text is zeros.

        A text's numbers depend on that text alone, to the last digits of float32. Raises
        FileNotFoundError when the encoder is not where it was.
        """
        centre, directions = self._arrays
        found: Floats = (vectors_of(texts, self.encoder) - centre) @ directions
        found[[not text.strip() for text in texts]] = 0
        return found

    def to_plain(self) -> dict[str, Any]:
        """Return the fitted state, without the encoder, as a JSON-ready dict."""
        named = {"centre": self.centre, "directions": self.directions}
        return {name: base64.b64encode(each).decode() for name, each in named.items()}

    @classmethod
    def from_plain(cls, stored: dict[str, Any], encoder: Path) -> "Meaning":
        """Return what `to_plain` told, with the encoder that lies in this folder."""
        return cls(
            **{name: base64.b64decode(each) for name, each in stored.items()}, encoder=encoder
        )

    @cached_property
    def _arrays(self) -> tuple[Floats, Floats]:
        both = (np.frombuffer(each, dtype=np.float32) for each in (self.centre, self.directions))
        centre, directions = (each.astype(np.float64) for each in both)
        return centre, directions.reshape(WIDTH, -1)


def _stored(values: NDArray[Any]) -> bytes:
    return np.ascontiguousarray(values, dtype=np.float32).tobytes()
