"""Transactions as the bands of their numbers: the texts that runs before magnitude words read.

    64 23 friday 37 840 gas transport f ny

is a row whose amount lies in band 64 of 100, at 23 o'clock on a Friday, with one number in
band 37, about 840 spent, and then its categories and free text. Kept as it was, so that a model
that learned from such texts goes on reading them.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backend.steps import bands, cells, clock
from backend.steps.cells import NONE, Texts
from backend.steps.profile import Profile, floats

BAND_WORDS = tuple(str(band) for band in range(bands.BANDS))


def fields(profile: Profile, frame: pd.DataFrame) -> list[Texts]:
    """Return the words of each field, one list (n,) a field, in the order they are written."""
    told = _when_and_how_much(profile, frame)
    told += [_in_bands(frame[number.name], number.edges) for number in profile.numbers]
    if profile.amount:
        told.append(_rounded(floats(frame["_amount"])))
    told += [
        cells.categories(frame[category.name], cells.plain_words(category), NONE)
        for category in profile.categories
    ]
    return told + [cells.free_text(frame[name], NONE) for name in profile.texts]


def _when_and_how_much(profile: Profile, frame: pd.DataFrame) -> list[Texts]:
    told = []
    if profile.amount:
        told.append(_in_bands(frame["_amount"], profile.amount.edges))
    if profile.clock != "none":
        told.append(cells.in_words(clock.hour_of(floats(frame["_time"])), BAND_WORDS, NONE))
    if profile.clock == "date":
        weekday = clock.weekday_of(floats(frame["_time"]))
        told.append(cells.in_words(weekday, cells.WEEKDAYS, NONE))
    return told


def _in_bands(values: pd.Series, edges: tuple[float, ...]) -> Texts:
    return list(np.array([*BAND_WORDS, NONE], dtype=object)[bands.place(floats(values), edges)])


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
