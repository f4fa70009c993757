"""One transaction as a vector of floats, for models that read numbers."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backend.steps import bands, clock
from backend.steps.columns import Column
from backend.steps.profile import Category, Computed, Number, Profile, compressed, floats
from backend.steps.words import Words

MOST_WORDS = 50  # categories that get a place of their own
STEPS = 10  # places that the amount fills one after the other as it grows
LONGEST_REACH = 8.0  # standard deviations beyond which a number is held

Floats = NDArray[np.float64]
Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Encoder:
    """Writes transactions as vectors with what was usual in the training part.

    Places, in order: per number its standardised value, its rank -1 to 1 and whether it is
    missing; the amount's logarithm, steps and missing flag; hour as sine and cosine, weekday
    as seven flags; one flag per frequent category; what free text says, see `Words`; per
    feature of the past its standardised logarithm; then, of those it may be, whether it is missing.
    """

    profile: Profile

    @classmethod
    def fit(
        cls,
        frame: pd.DataFrame,
        columns: tuple[Column, ...],
        clock: str,
        room: int = 1000,
        sentences: Path | None = None,
    ) -> "Encoder":
        """Learn scales, known categories and words from the training part; see `Profile.fit`.

        `sentences` is the folder of the sentence encoder, None to read words without meanings.
        """
        profile = Profile.fit(frame, columns, clock, room)
        label = floats(frame["_label"])
        found = [Words.fit(frame[name], label, sentences) for name in profile.texts]
        return cls(replace(profile, words=tuple(words for words in found if words)))

    def apply(self, frame: pd.DataFrame) -> Vectors:
        """Return the vectors of the rows, (n, places); (0, places) for no row.

        A row's vector depends on that row alone.
        """
        parts = [_number(frame[number.name], number) for number in self.profile.numbers]
        if self.profile.amount:
            parts.append(_amount(frame["_amount"], self.profile.amount))
        parts.extend(self._when(frame))
        parts.extend(_flags(frame[category.name], category) for category in self.profile.categories)
        parts.extend(words.apply(frame[words.name]) for words in self.profile.words)
        if self.profile.past:
            parts.append(_computed(frame, self.profile.past))
        return np.hstack([np.zeros((len(frame), 0)), *parts]).astype(np.float32)

    def to_plain(self) -> dict[str, Any]:
        """Return the fitted state as a JSON-ready dict."""
        return self.profile.to_plain()

    @classmethod
    def from_plain(cls, stored: dict[str, Any]) -> "Encoder":
        """Return the encoder that `to_plain` wrote."""
        return cls(Profile.from_plain(stored))

    def _when(self, frame: pd.DataFrame) -> list[Floats]:
        time = floats(frame["_time"])
        parts = []
        if self.profile.clock != "none":
            angle = clock.hour_of(time) * (2 * np.pi / 24)
            parts.append(np.nan_to_num(np.column_stack([np.sin(angle), np.cos(angle)])))
        if self.profile.clock == "date":
            parts.append(_one_of(clock.weekday_of(time), 7))
        return parts


def _number(values: pd.Series, number: Number) -> Floats:
    raw = floats(values)
    scaled = np.clip((raw - number.mean) / number.deviation, -LONGEST_REACH, LONGEST_REACH)
    rank = bands.place(raw, number.edges) / (bands.BANDS - 1) * 2 - 1
    missing = np.isnan(raw)
    return np.column_stack([np.nan_to_num(scaled), np.where(missing, 0, rank), missing])


def _amount(values: pd.Series, number: Number) -> Floats:
    raw = floats(values)
    size = np.sign(raw) * np.log1p(np.abs(raw))
    band = bands.place(raw, number.edges)
    width = bands.BANDS / STEPS
    steps = np.clip((band[:, None] - width * np.arange(STEPS)) / width, 0, 1)
    return np.column_stack([np.nan_to_num(size), steps, np.isnan(raw)])


def _computed(frame: pd.DataFrame, usual: tuple[Computed, ...]) -> Floats:
    size = compressed(frame[[each.name for each in usual]])
    mean, deviation, gaps = np.array([(each.mean, each.deviation, each.gaps) for each in usual]).T
    scaled = np.clip((size - mean) / deviation, -LONGEST_REACH, LONGEST_REACH)
    return np.hstack([np.nan_to_num(scaled), np.isnan(size)[:, gaps > 0]])


def _flags(values: pd.Series, category: Category) -> Floats:
    known = category.known[:MOST_WORDS]
    place = pd.Index(known).get_indexer(pd.Index(values.astype(object)))
    return _one_of(np.where(place < 0, np.nan, place.astype(np.float64)), len(known))


def _one_of(place: Floats, places: int) -> Floats:
    flags: Floats = (place[:, None] == np.arange(places)).astype(np.float64)
    return flags
