"""What the training part looks like: which columns a model reads and what is usual in them.

The one fitted thing that the text of `bert`, the vector of `logistic` and the form on the
Score page share. It is fitted on the training part only and stored with the model.
"""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from backend.steps import bands, identity
from backend.steps.columns import Column, Role
from backend.steps.words import Words

FITTED_ON = 200_000  # rows; more would not move a quantile a person could see
MOST_WORDS = 300  # categories a column may have; the rest is "other"
FEWEST_OF_A_WORD = 5  # rows a category needs to be known by its name
PAST = "_past_"  # how the names of columns begin that were computed from earlier rows
COST = {Role.NUMBER: 1, Role.CATEGORY: 3, Role.TEXT: 16}  # tokens a column takes in a text


@dataclass(frozen=True)
class Number:
    """What is usual in one column of numbers."""

    name: str
    edges: tuple[float, ...]  # 99 inner quantiles
    mean: float
    deviation: float

    @property
    def typical(self) -> float:
        """The median."""
        return self.edges[len(self.edges) // 2]


@dataclass(frozen=True)
class Computed:
    """What is usual in one feature of the past, as a signed logarithm; see `compressed`."""

    name: str
    mean: float
    deviation: float
    gaps: bool  # it was unknown in some training rows


@dataclass(frozen=True)
class Category:
    """The categories of one column that are known by name, the most frequent first."""

    name: str
    known: tuple[str, ...]


@dataclass(frozen=True)
class Profile:
    """The columns a model reads, in the order it reads them."""

    numbers: tuple[Number, ...]
    categories: tuple[Category, ...]
    texts: tuple[str, ...]
    amount: Number | None
    clock: str  # date, elapsed or none
    time: float | None  # the median, seconds on the clock
    left_out: dict[str, str] = field(default_factory=dict)  # column -> why it is not read
    words: tuple[Words, ...] = ()  # of texts, for models that read numbers; see `Encoder.fit`
    past: tuple[Computed, ...] = ()  # features of the past

    @classmethod
    def fit(
        cls, frame: pd.DataFrame, columns: tuple[Column, ...], clock: str, room: int = 100
    ) -> "Profile":
        """Learn from the training part what its columns hold.

        `frame` has the dataset's columns (`_label`, `_amount`, `_time`, `_entity` and one per
        column); `room` is how many tokens the columns may take together. Left out are columns
        that never vary, that give the entity away, and, when there is no room for all, those
        that explain the label least. Columns whose names begin with `_past_` take no room and
        give nobody away. Raises ValueError when `frame` is empty.
        """
        if frame.empty:
            raise ValueError("A profile needs at least one training row")
        if len(frame) > FITTED_ON:
            frame = frame.sample(FITTED_ON, random_state=0)
        left_out = _settled(frame, columns)
        read = [column for column in columns if column.role in COST and column.name not in left_out]
        past = [column.name for column in read if column.name.startswith(PAST)]
        read = _fitting(frame, [c for c in read if c.name not in past], room, left_out)
        return cls(
            numbers=tuple(_number(frame[c.name], c.name) for c in read if c.role is Role.NUMBER),
            categories=tuple(_category(frame[c.name]) for c in read if c.role is Role.CATEGORY),
            texts=tuple(c.name for c in read if c.role is Role.TEXT),
            amount=_number(frame["_amount"], "_amount") if frame["_amount"].notna().any() else None,
            clock=clock if frame["_time"].notna().any() else "none",
            time=float(frame["_time"].median()) if frame["_time"].notna().any() else None,
            left_out=left_out,
            past=tuple(_computed(frame[name], name) for name in past),
        )

    def to_plain(self) -> dict[str, Any]:
        """Return the profile as a JSON-ready dict."""
        return {**asdict(self), "words": [words.to_plain() for words in self.words]}

    @classmethod
    def from_plain(cls, stored: dict[str, Any], sentences: Path = Path()) -> "Profile":
        """Return the profile that `to_plain` wrote; a sentence encoder lies in `sentences`."""
        return cls(
            numbers=tuple(_number_from(number) for number in stored["numbers"]),
            categories=tuple(Category(c["name"], tuple(c["known"])) for c in stored["categories"]),
            texts=tuple(stored["texts"]),
            amount=_number_from(stored["amount"]) if stored["amount"] else None,
            clock=stored["clock"],
            time=stored["time"],
            left_out=stored["left_out"],
            words=tuple(Words.from_plain(words, sentences) for words in stored.get("words", ())),
            past=tuple(Computed(**computed) for computed in stored.get("past", ())),
        )


def floats(values: pd.Series) -> bands.Floats:
    """Return a column as float64 (n,), NaN where missing."""
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def compressed(values: pd.Series | pd.DataFrame) -> bands.Floats:
    """Return sign(x) log(1 + |x|) of numbers, as many as there are, NaN where missing."""
    raw = values.to_numpy(dtype=np.float64, na_value=np.nan)
    size: bands.Floats = np.sign(raw) * np.log1p(np.abs(raw))
    return size


def _settled(frame: pd.DataFrame, columns: tuple[Column, ...]) -> dict[str, str]:
    entity = identity.entity_codes(frame["_entity"])
    left_out = {}
    for column in columns:
        if column.role not in (Role.NUMBER, Role.CATEGORY):
            continue
        values = frame[column.name]
        if values.nunique(dropna=False) < 2 or not values.notna().any():
            left_out[column.name] = "It never varies."
        elif column.name.startswith(PAST) or entity is None:
            continue  # what somebody did before is no name
        elif identity.names_entity(values, entity):
            left_out[column.name] = "It hardly changes within one entity, so it would name it."
    return left_out


def _fitting(
    frame: pd.DataFrame, read: list[Column], room: int, left_out: dict[str, str]
) -> list[Column]:
    """Keep the columns that explain most of the label while there is room, in file order."""
    if sum(COST[column.role] for column in read) <= room:
        return read
    label = floats(frame["_label"])
    known = frame[~np.isnan(label)]
    rank = {c.name: _worth(known[c.name], c.role, label[~np.isnan(label)]) for c in read}
    kept: set[str] = set()
    for column in sorted(read, key=lambda column: -rank[column.name]):
        if COST[column.role] <= room:
            kept.add(column.name)
            room -= COST[column.role]
        else:
            left_out[column.name] = "Other columns say more about fraud, and there is no room."
    return [column for column in read if column.name in kept]


def _worth(values: pd.Series, role: Role, label: bands.Floats) -> float:
    if role is Role.TEXT:
        return 1.0  # what people wrote is what a language model is for
    if role is Role.CATEGORY:
        return bands.worth(pd.factorize(values)[0].astype(np.int64), label)
    band = bands.place(floats(values), bands.edges(floats(values)))
    return bands.worth(np.where(band < 0, band, band // 10), label)


def _number(values: pd.Series, name: str) -> Number:
    numbers = floats(values)
    finite = numbers[np.isfinite(numbers)]
    return Number(name, bands.edges(numbers), float(finite.mean()), float(finite.std()) or 1.0)


def _computed(values: pd.Series, name: str) -> Computed:
    numbers = compressed(values)
    finite = numbers[np.isfinite(numbers)]
    gaps = len(finite) < len(numbers)
    return Computed(name, float(finite.mean()), float(finite.std()) or 1.0, gaps)


def _number_from(stored: dict[str, Any]) -> Number:
    return Number(**{**stored, "edges": tuple(stored["edges"])})


def _category(values: pd.Series) -> Category:
    counts = values.value_counts()
    known = counts[counts >= FEWEST_OF_A_WORD].index[:MOST_WORDS]
    return Category(str(values.name), tuple(str(word) for word in known))
