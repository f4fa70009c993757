"""One transaction as a short text that a language model can read, in one of three styles.

    considerable 23 friday modest gas url ny             words: what `bert` learns from
    considerable amount, friday night, category gas      sentence: for models that learn little
    64 23 friday 37 840 gas transport yes ny             bands: what earlier runs learned from

Words: the fields in a fixed order without their names, so that each stands at about the same
place in every text, and nothing that says nothing. Sentence: every field names itself, and a
number stands there only where it is unusual. No identifier appears in any: entity, counterparty
and id columns are never read. A model keeps the style it learned from, see `Reader`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from backend.steps import banded, cells, clock
from backend.steps.cells import NONE, Texts
from backend.steps.columns import Column
from backend.steps.magnitudes import USUAL, words_of
from backend.steps.profile import Category, Profile, floats

Style = Literal["words", "sentence", "bands"]

HOURS = tuple(str(hour) for hour in range(24))
TIMES_OF_DAY = (*["night"] * 6, *["morning"] * 6, *["afternoon"] * 6, *["evening"] * 6)


@dataclass(frozen=True)
class Serialiser:
    """Writes transactions as text with what was usual in the training part."""

    profile: Profile
    style: Style = "words"

    @classmethod
    def fit(
        cls,
        frame: pd.DataFrame,
        columns: tuple[Column, ...],
        clock: str,
        room: int = 100,
        style: Style = "words",
    ) -> "Serialiser":
        """Learn quantiles and known categories from the training part; see `Profile.fit`."""
        return cls(Profile.fit(frame, columns, clock, room), style)

    def apply(self, frame: pd.DataFrame) -> Texts:
        """Return the text of each row, in order; empty in, empty out.

        A row's text depends on that row alone, and is empty when it says nothing.
        """
        fields, between = WRITERS[self.style]
        told = fields(self.profile, frame) or [[""] * len(frame)]
        return [between.join(filter(None, words)) for words in zip(*told, strict=True)]

    def to_plain(self) -> dict[str, Any]:
        """Return the fitted state as a JSON-ready dict."""
        return {"profile": self.profile.to_plain(), "style": self.style}

    @classmethod
    def from_plain(cls, stored: dict[str, Any]) -> "Serialiser":
        """Return the serialiser that `to_plain` wrote."""
        return cls(Profile.from_plain(stored["profile"]), stored["style"])


def _in_order(profile: Profile, frame: pd.DataFrame) -> list[Texts]:
    told, time = [], floats(frame["_time"])
    if profile.amount:
        told.append(words_of(frame["_amount"], profile.amount))
    if profile.clock != "none":
        told.append(cells.in_words(clock.hour_of(time), HOURS, NONE))
    if profile.clock == "date":
        told.append(cells.in_words(clock.weekday_of(time), cells.WEEKDAYS, NONE))
    told += [words_of(frame[number.name], number) for number in profile.numbers]
    missing = _missing(profile.categories)
    told += [
        cells.categories(frame[each.name], cells.short_words(each), missing[each.name])
        for each in profile.categories
    ]
    return told + [cells.free_text(frame[name], "") for name in profile.texts]


def _missing(categories: tuple[Category, ...]) -> dict[str, str]:
    """Return {column: what is written for a missing category}.

    Nothing is needed where no other column has words like its own and each of its categories
    has a word: what is missing is seen.
    """
    told = {each.name: set(cells.short_words(each).values()) for each in categories}
    words = {name: set(" ".join(some).split()) for name, some in told.items()}
    return {
        name: f"{cells.short_name(name)} {NONE}"
        if "" in told[name] or any(own & words[other] for other in words if other != name)
        else ""
        for name, own in words.items()
    }


def _as_sentence(profile: Profile, frame: pd.DataFrame) -> list[Texts]:
    told, time = [], floats(frame["_time"])
    if profile.amount:
        told.append(_after(words_of(frame["_amount"], profile.amount), "amount"))
    if profile.clock == "date":
        day = cells.in_words(clock.weekday_of(time), cells.WEEKDAYS, "")
        part = cells.in_words(clock.hour_of(time), TIMES_OF_DAY, "")
        told.append([" ".join(both).strip() for both in zip(day, part, strict=True)])
    for number in profile.numbers:
        words = words_of(frame[number.name], number)
        unusual = ["" if word in USUAL else word for word in words]
        told.append(_after(unusual, cells.short_name(number.name)))
    for each in profile.categories:
        words = cells.categories(frame[each.name], cells.short_words(each), "")
        name = "" if cells.is_flag(each) else cells.short_name(each.name)
        told.append([f"{name} {word}".strip() if word else "" for word in words])
    return told + [cells.free_text(frame[name], "") for name in profile.texts]


def _after(words: Texts, name: str) -> Texts:
    return [f"{word} {name}" if word else "" for word in words]


WRITERS: dict[Style, tuple[Callable[[Profile, pd.DataFrame], list[Texts]], str]] = {
    "words": (_in_order, " "),
    "sentence": (_as_sentence, ", "),
    "bands": (banded.fields, " "),
}
