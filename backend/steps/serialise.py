"""One transaction as a short text that a language model can read.

    64 23 friday 37 840 gas transport f ny

is a row whose amount lies in band 64 of 100, at 23 o'clock on a Friday, with one number in
band 37, about 840 spent, and then its categories and free text. The order of the fields is fixed
and every number is one token, so that a field stands at the same place in every text. No
identifier appears: entity, counterparty and id columns are never read.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backend.steps import bands, clock
from backend.steps.columns import Column
from backend.steps.profile import Category, Profile, floats

NONE, OTHER = "none", "other"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", NONE)
LONGEST_CELL = 400  # characters of free text that are read
LONGEST_WORD = 40  # characters of a category that are read

# Marks that tokenisers give a meaning of their own ([SEP], <s>, <|end|>): a cell is data.
CONTROL = re.compile(r"[\[\]<>{}|\x00-\x1f]+")
NOT_A_WORD = re.compile(r"[\W_]+")

_BAND_WORDS = np.array([*(str(band) for band in range(bands.BANDS)), NONE], dtype=object)

Texts = list[str]


@dataclass(frozen=True)
class Serialiser:
    """Writes transactions as text with what was usual in the training part."""

    profile: Profile

    @classmethod
    def fit(
        cls, frame: pd.DataFrame, columns: tuple[Column, ...], clock: str, room: int = 100
    ) -> "Serialiser":
        """Learn bands and known categories from the training part; see `Profile.fit`."""
        return cls(Profile.fit(frame, columns, clock, room))

    def apply(self, frame: pd.DataFrame) -> Texts:
        """Return the text of each row, in order; empty in, empty out.

        A row's text depends on that row alone.
        """
        fields = [*self._when_and_how_much(frame)]
        for number in self.profile.numbers:
            fields.append(_in_bands(frame[number.name], number.edges))
        if self.profile.amount:
            fields.append(_rounded(floats(frame["_amount"])))
        fields.extend(
            _named(frame[category.name], category) for category in self.profile.categories
        )
        fields.extend(_written(frame[name]) for name in self.profile.texts)
        return [" ".join(words) for words in zip(*fields, strict=True)] if fields else []

    def to_plain(self) -> dict[str, Any]:
        """Return the fitted state as a JSON-ready dict."""
        return self.profile.to_plain()

    @classmethod
    def from_plain(cls, stored: dict[str, Any]) -> "Serialiser":
        """Return the serialiser that `to_plain` wrote."""
        return cls(Profile.from_plain(stored))

    def _when_and_how_much(self, frame: pd.DataFrame) -> list[Texts]:
        fields = []
        if self.profile.amount:
            fields.append(_in_bands(frame["_amount"], self.profile.amount.edges))
        if self.profile.clock != "none":
            fields.append(_words(clock.hour_of(floats(frame["_time"])), _BAND_WORDS))
        if self.profile.clock == "date":
            weekday = clock.weekday_of(floats(frame["_time"]))
            fields.append(_words(weekday, np.array(WEEKDAYS, dtype=object)))
        return fields


def _in_bands(values: pd.Series, edges: tuple[float, ...]) -> Texts:
    return list(_BAND_WORDS[bands.place(floats(values), edges)])


def _words(number: NDArray[np.float64], words: NDArray[Any]) -> Texts:
    """Name whole numbers by `words`, whose last one stands for a missing number."""
    return list(words[np.where(np.isnan(number), -1, number).astype(np.int64)])


def _rounded(amount: NDArray[np.float64]) -> Texts:
    """Amounts with two digits that count: 843.20 is "840", -12.6 is "minus 13"."""
    size = np.floor(np.log10(np.maximum(np.abs(amount), 1)))
    step = 10 ** np.maximum(size - 1, 0)
    near = np.round(amount / step) * step
    return [_amount_word(value) for value in near.tolist()]


def _amount_word(value: float) -> str:
    if not np.isfinite(value):
        return NONE
    return f"minus {-value:.0f}" if value < 0 else f"{value:.0f}"


def _named(values: pd.Series, category: Category) -> Texts:
    codes, found = pd.factorize(values)
    known = set(category.known)
    words = [_plain_word(str(value)) if str(value) in known else OTHER for value in found]
    return list(np.array([*words, NONE], dtype=object)[codes])


def _plain_word(value: str) -> str:
    return NOT_A_WORD.sub(" ", value).strip()[:LONGEST_WORD].lower() or OTHER


def _written(values: pd.Series) -> Texts:
    cells = values.astype(object).where(values.notna(), NONE)
    return [CONTROL.sub(" ", str(cell)[:LONGEST_CELL]).strip() or NONE for cell in cells]
