"""How a model of histories reads the fields of a transaction: numbers by quantiles, words by code.

A number becomes its place among quantiles of the training part, with the fraction of the way to
the next one, so that a model can write it as piecewise-linear steps (Gorishniy, Rubachev and
Babenko, "On Embeddings for Numerical Features in Tabular Deep Learning", 2022, section 3.2).
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backend.steps import bands, clock, places
from backend.steps.columns import Column, Role, named
from backend.steps.encode import Encoder
from backend.steps.profile import Profile, floats

MISSING, UNKNOWN, FIRST = 0, 1, 2  # codes of words; known ones follow from FIRST on
ABSENT = -1.0  # the place of a number that is missing
TAILS = (0.002, 0.005, 0.01, 0.99, 0.995, 0.998)  # where frauds are: resolved more finely
PAST_BINS = 8  # of a feature of the past: there are many, and finer steps are learned by heart
MOST_FOLLOWED = 16  # numbers, and categories, that are kept of earlier transactions
DISTANCE = "_distance"  # between the two places that a transaction names, in kilometres
FEWEST_EACH = 2.0  # transactions of an entity, on average, from which it has a history
SETTLED_PRICE = 1.0  # added to an amount before the logarithm

Floats = NDArray[np.float64]
Values = NDArray[np.float32]
Codes = NDArray[np.int32]


@dataclass(frozen=True)
class Scale:
    """The quantiles of one column of numbers."""

    name: str
    knots: tuple[float, ...]  # rising; empty where no value was known

    @classmethod
    def fit(cls, name: str, values: Floats, bins: int) -> "Scale":
        """Learn the knots from values (n,), NaN where missing."""
        finite = values[np.isfinite(values)]
        if not len(finite):
            return cls(name, ())
        shares = np.unique(np.concatenate([np.linspace(0, 1, bins - len(TAILS) + 1), TAILS]))
        return cls(name, tuple(np.unique(np.quantile(finite, shares, method="lower")).tolist()))

    @property
    def steps(self) -> int:
        """How many steps there are between the knots."""
        return max(len(self.knots) - 1, 0)

    def place(self, values: Floats) -> Floats:
        """Return where each value lies (n,), 0 to `steps` with its fraction; -1 where missing."""
        if not self.knots:
            return np.full(len(values), ABSENT)
        found = np.interp(values, self.knots, np.arange(len(self.knots)))
        return np.where(np.isfinite(values), found, ABSENT)


@dataclass(frozen=True)
class Fields:
    """The fields of a transaction, fitted on the training part; see `Fields.apply`."""

    profile: Profile
    scales: tuple[Scale, ...]  # the amount first where there is one, features of the past last
    ends: tuple[str, ...]  # latitude and longitude of two places, or empty
    followed: tuple[int, ...]  # scales whose values are kept of earlier transactions
    followed_words: tuple[int, ...]  # categories of the profile, likewise
    counterparty: bool  # whether a transaction says with whom
    depth: int  # earlier transactions of the entity that are looked at; 0 without a history

    @classmethod
    def fit(
        cls,
        frame: pd.DataFrame,
        columns: tuple[Column, ...],
        clock: str,
        bins: int,
        depth: int,
        sentences: Path | None = None,
    ) -> "Fields":
        """Learn from the training part; see `Encoder.fit`.

        `bins` is how many steps a number has at most; a feature of the past has eight. Raises
        ValueError when `frame` is empty.
        """
        profile = Encoder.fit(frame, columns, clock, sentences=sentences).profile
        found = places.find(frame, named(columns, Role.NUMBER))
        ends = (*found[0], *found[1]) if len(found) > 1 else ()
        label = floats(frame["_label"])
        numbers = _numbers(profile, ends, frame)
        past = {each.name for each in profile.past}
        scales = tuple(
            Scale.fit(name, values, min(bins, PAST_BINS) if name in past else bins)
            for name, values in numbers.items()
        )
        worth = [
            _worth(scale.place(numbers[scale.name]), label)
            for scale in scales[: len(scales) - len(past)]
        ]
        words = [_worth(_code(frame[c.name], c.known), label) for c in profile.categories]
        return cls(
            profile=profile,
            scales=scales,
            ends=ends,
            followed=_foremost(worth),
            followed_words=_foremost(words),
            counterparty="_counterparty" in frame and bool(frame["_counterparty"].notna().any()),
            depth=depth if has_history(frame) else 0,
        )

    def numbers(self, frame: pd.DataFrame) -> Values:
        """Return the places of all numbers, (n, scales); -1 where missing."""
        found = _numbers(self.profile, self.ends, frame)
        parts = [scale.place(found[scale.name]) for scale in self.scales]
        return np.column_stack([np.zeros((len(frame), 0)), *parts]).astype(np.float32)

    def codes(self, frame: pd.DataFrame) -> Codes:
        """Return the categories as codes, (n, categories): 0 missing, 1 unknown."""
        parts = [_code(frame[each.name], each.known) for each in self.profile.categories]
        empty = np.zeros((len(frame), 0), dtype=np.int64)
        return np.column_stack([empty, *parts]).astype(np.int32)

    def alone(self, frame: pd.DataFrame) -> Values:
        """Return what else a row says by itself, (n, some): size, hour, weekday and texts."""
        time = floats(frame["_time"])
        parts: list[Floats] = [size(frame)[:, None]]
        if self.profile.clock != "none":
            parts.append(dial(time))
        if self.profile.clock == "date":
            parts.append((clock.weekday_of(time)[:, None] == np.arange(7)).astype(np.float64))
        parts.extend(words.apply(frame[words.name]) for words in self.profile.words)
        return np.nan_to_num(np.hstack(parts)).astype(np.float32)

    def to_plain(self) -> dict[str, Any]:
        """Return the fields, their profile aside, as a JSON-ready dict."""
        told = {name: value for name, value in vars(self).items() if name != "profile"}
        return {**told, "scales": [asdict(scale) for scale in self.scales]}

    @classmethod
    def from_plain(cls, stored: dict[str, Any], profile: Profile) -> "Fields":
        """Return what `to_plain` told, also after a way through JSON."""
        scales = tuple(Scale(s["name"], tuple(s["knots"])) for s in stored["scales"])
        tuples = {name: tuple(stored[name]) for name in ("ends", "followed", "followed_words")}
        return cls(**{**stored, **tuples, "profile": profile, "scales": scales})


def has_history(frame: pd.DataFrame) -> bool:
    """Return True when the rows say whose they are and when, and entities come back."""
    if not (frame["_entity"].notna().any() and frame["_time"].notna().any()):
        return False
    known = frame["_entity"][frame["_entity"].notna() & frame["_time"].notna()]
    return bool(len(known) >= FEWEST_EACH * known.nunique())


def size(frame: pd.DataFrame) -> Floats:
    """Return the amounts as signed logarithms (n,), NaN where missing."""
    amount = floats(frame["_amount"])
    return np.sign(amount) * np.log(np.abs(amount) + SETTLED_PRICE)


def dial(time: Floats) -> Floats:
    """Return the hour of day as sine and cosine (n, 2), NaN where the time is missing."""
    angle = clock.hour_of(time) * (2 * np.pi / 24)
    return np.column_stack([np.sin(angle), np.cos(angle)])


def _numbers(profile: Profile, ends: tuple[str, ...], frame: pd.DataFrame) -> dict[str, Floats]:
    names = ["_amount"] if profile.amount else []
    found = {name: floats(frame[name]) for name in [*names, *(n.name for n in profile.numbers)]}
    if ends:
        found[DISTANCE] = places.kilometres(*(floats(frame[name]) for name in ends))
    return found | {each.name: floats(frame[each.name]) for each in profile.past}


def _code(values: pd.Series, known: tuple[str, ...]) -> NDArray[np.int64]:
    place = pd.Index(known).get_indexer(pd.Index(values.astype(object)))
    code = np.where(place < 0, UNKNOWN, place + FIRST)
    return np.where(values.isna(), MISSING, code).astype(np.int64)


def _worth(group: NDArray[Any], label: Floats) -> float:
    known = np.isfinite(label)
    return bands.worth(np.floor(group[known]).astype(np.int64), label[known])


def _foremost(worth: list[float]) -> tuple[int, ...]:
    most = sorted(range(len(worth)), key=lambda place: -worth[place])[:MOST_FOLLOWED]
    return tuple(sorted(most))
