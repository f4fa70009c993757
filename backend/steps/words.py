"""Free text as a few numbers: which words, and which pieces of words, a transaction holds.

Latent semantic analysis. Words, pairs of words and pieces of 2 to 5 characters are weighed by
TF-IDF and the length of the text, those that tell frauds apart best are kept, and their weights
are pressed into the directions in which texts differ most. Digits are read as 0, so that no number
is learned by heart. Where a sentence encoder is at hand, what a text means is said beside it.
Source: Deerwester et al., "Indexing by Latent Semantic Analysis", 1990; what is kept was
measured in decisions/0015-baselines.md.
"""

import base64
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.feature_selection import chi2
from sklearn.utils.extmath import randomized_svd

from backend.steps.meaning import Meaning

DIRECTIONS = 64  # numbers that the words of a text become
MOST_TERMS = 3_000  # words and pieces that are known
FEWEST_TEXTS = 5  # texts that must hold a term: what fewer wrote is nobody else's business
READ = 30_000  # texts that are learned from, frauds first; more would not move a direction
LONGEST = 400  # characters of a text that are read
REACH = 8.0  # standard deviations beyond which a number is held
FLAT = 1e-6  # spread, as a share of the widest, below which a direction says nothing

DIGIT = re.compile(r"\d")
READERS: dict[str, dict[str, Any]] = {
    "words": {"ngram_range": (1, 2)},
    "pieces": {"analyzer": "char_wb", "ngram_range": (2, 5)},
}

Floats = NDArray[np.float64]
Counts = Any  # a sparse matrix of scipy, which ships no types


@dataclass(frozen=True)
class Words:
    """What is known of the texts of one column."""

    name: str
    words: tuple[str, ...]  # words and pairs of words
    pieces: tuple[str, ...]  # of words, 2 to 5 characters
    rarity: tuple[float, ...]  # inverse document frequency of each term, words first
    directions: bytes  # float32 (terms, places), scaled so that each place has unit spread
    meaning: Meaning | None = None  # None without a sentence encoder

    @classmethod
    def fit(cls, texts: pd.Series, label: Floats, sentences: Path | None = None) -> "Words | None":
        """Learn the terms and directions of a column from the training part.

        `label` (n,) is 1 for fraud, 0, or NaN for unlabelled; it only says which terms are
        kept and which rows are read. `sentences` is the folder of the sentence encoder, None
        to read no meaning. None when too few texts share any term.
        """
        rows = _read_first(label)
        cells, label = _clean(texts.iloc[rows]), label[rows]
        found = {reader: _count_all(cells, reader) for reader in READERS}
        counts = sparse.hstack([counts for _, counts in found.values()]).tocsr()
        kept = _telling(counts, label)
        if len(kept) < 2:
            return None
        at = len(found["words"][0])
        words = tuple(found["words"][0][place] for place in kept[kept < at])
        pieces = tuple(found["pieces"][0][place - at] for place in kept[kept >= at])
        counts = counts[:, kept]
        rarity = np.log((1 + counts.shape[0]) / (1 + np.asarray((counts > 0).sum(axis=0)))) + 1
        directions = _directions(_weigh(counts, rarity.ravel(), len(words), cells))
        if not directions.size:
            return None
        stored = np.ascontiguousarray(directions, dtype=np.float32).tobytes()
        meaning = Meaning.fit(cells, sentences) if sentences else None
        return cls(str(texts.name), words, pieces, tuple(rarity.ravel().tolist()), stored, meaning)

    @property
    def places(self) -> int:
        """How many numbers a text becomes."""
        return int(self._matrix.shape[1]) + (self.meaning.places if self.meaning else 0)

    def apply(self, texts: pd.Series) -> Floats:
        """Return the numbers of each text, (n, places): of its words, then of its meaning.

        The words of a text without a known term, and the meaning of an empty one, are zeros. A
        text's numbers depend on that text alone.
        """
        place, distinct = pd.factorize(np.array(_clean(texts), dtype=object))
        if not len(distinct):
            return np.zeros((0, self.places))
        cells = distinct.tolist()  # equal texts, one answer
        counts = sparse.hstack([counter.transform(cells) for counter in self._counters]).tocsr()
        weights = _weigh(counts, np.array(self.rarity), len(self.words), cells)
        found: Floats = np.clip(weights @ self._matrix, -REACH, REACH)
        parts = [found, self.meaning.apply(cells)] if self.meaning else [found]
        return np.hstack(parts)[place]

    def to_plain(self) -> dict[str, Any]:
        """Return the fitted state as a JSON-ready dict."""
        return {
            "name": self.name,
            "words": list(self.words),
            "pieces": list(self.pieces),
            "rarity": list(self.rarity),
            "directions": base64.b64encode(self.directions).decode(),
            "meaning": self.meaning.to_plain() if self.meaning else None,
        }

    @classmethod
    def from_plain(cls, stored: dict[str, Any], sentences: Path = Path()) -> "Words":
        """Return the words that `to_plain` wrote; the sentence encoder lies in `sentences`."""
        meaning = stored.get("meaning")  # words from before meanings have none
        return cls(
            stored["name"],
            tuple(stored["words"]),
            tuple(stored["pieces"]),
            tuple(stored["rarity"]),
            base64.b64decode(stored["directions"]),
            Meaning.from_plain(meaning, sentences) if meaning else None,
        )

    @cached_property
    def _matrix(self) -> Floats:
        flat = np.frombuffer(self.directions, dtype=np.float32)
        return flat.reshape(len(self.rarity), -1).astype(np.float64)

    @cached_property
    def _counters(self) -> list[CountVectorizer]:
        known = {"words": self.words, "pieces": self.pieces}
        return [
            CountVectorizer(vocabulary=list(known[reader]), **how)
            for reader, how in READERS.items()
            if known[reader]
        ]


def _read_first(label: Floats) -> NDArray[np.int64]:
    """Return the places of the texts that are learned from, in order; frauds go before others."""
    if len(label) <= READ:
        return np.arange(len(label))
    draw = np.random.default_rng(0)
    frauds, others = np.flatnonzero(label == 1), np.flatnonzero(label != 1)
    frauds = draw.permutation(frauds)[: READ // 2]
    others = draw.permutation(others)[: READ - len(frauds)]
    return np.sort(np.concatenate([frauds, others]))


def _clean(texts: pd.Series) -> list[str]:
    cells = texts.astype(object).where(texts.notna(), "")
    return [DIGIT.sub("0", str(cell)[:LONGEST]) for cell in cells]


def _count_all(cells: list[str], reader: str) -> tuple[list[str], Counts]:
    """Return every term that enough texts hold, and how often each text holds it."""
    counter = CountVectorizer(**READERS[reader])
    try:
        counts = counter.fit_transform(cells)
    except ValueError:  # scikit-learn's answer to texts without a single term
        return [], sparse.csr_matrix((len(cells), 0))
    common = np.flatnonzero(np.asarray((counts > 0).sum(axis=0)).ravel() >= FEWEST_TEXTS)
    names = counter.get_feature_names_out()[common]
    return [str(name) for name in names], counts[:, common]


def _telling(counts: Counts, label: Floats) -> NDArray[np.int64]:
    """Return the places of the terms that tell frauds apart best, in order."""
    known = ~np.isnan(label)
    if counts.shape[1] and len(np.unique(label[known])) == 2:
        worth = np.nan_to_num(chi2(counts[known], label[known])[0])
    else:
        worth = np.asarray((counts > 0).sum(axis=0)).ravel()
    return np.sort(np.argsort(-worth, kind="stable")[:MOST_TERMS])


def _weigh(counts: Counts, rarity: Floats, words: int, cells: list[str]) -> Counts:
    """Return TF-IDF weights, logarithmic counts times rarity, over the root of a text's length.

    Not scaled to unit length over the kept terms, as is usual: that would hide how much of a
    text they are. Words are measured by words, pieces by characters, halved: a character
    begins four pieces.
    """
    weights = counts.astype(np.float64)
    weights.data = 1 + np.log(weights.data)
    weights = (weights @ sparse.diags(rarity)).tocsr()
    by_words = 1 / np.sqrt([1 + len(cell.split()) for cell in cells])
    by_characters = 0.5 / np.sqrt([1 + len(cell) for cell in cells])
    parts = (by_words, weights[:, :words]), (by_characters, weights[:, words:])
    return sparse.hstack([sparse.diags(scale) @ part for scale, part in parts]).tocsr()


def _directions(weights: Counts) -> Floats:
    """Return the directions in which texts differ most, (terms, places), each of unit spread."""
    places = min(DIRECTIONS, *weights.shape)
    _, _, axes = randomized_svd(weights, places, n_iter=7, random_state=0)
    spread = np.asarray(weights @ axes.T).std(axis=0)
    telling = spread > FLAT * max(float(spread.max()), FLAT)
    found: Floats = axes[telling].T / spread[telling]
    return found
