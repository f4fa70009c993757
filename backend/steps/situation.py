"""A transaction and what its entity did before, as the two arrays a model of histories reads.

Written by the same code for training and for one transaction typed by hand. A row's arrays
depend on that row and on strictly earlier events of the same entity, on nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backend.steps.events import NOBODY, Events, Hashes, Places, hashes, with_whom
from backend.steps.fields import ABSENT, Codes, Fields, Floats, Values, dial, size
from backend.steps.profile import floats

SHORTEST, LONGEST = 60.0, 60 * 86_400.0  # seconds between two events that are told apart
GAP_STEPS = 16  # between them, evenly in the logarithm
FARTHEST = 8.0  # log amounts apart beyond which a difference is held
SIDES = 7  # what is said of an earlier event beside its own fields
RATIO = 3  # the place of the ratio of the amounts among them


@dataclass(frozen=True)
class Rows:
    """Transactions as they are read, all (n, ...), and where their past lies."""

    entity: Hashes
    time: Floats
    counterparty: Hashes
    size: Floats
    numbers: Values
    codes: Codes
    more: Values
    places: Places  # (n, depth) of earlier events, newest first, -1 none

    @classmethod
    def of(cls, read: Fields, events: Events | None, frame: pd.DataFrame) -> "Rows":
        """Return the rows of a frame with the dataset's columns; empty in, empty out."""
        entity, time = hashes(frame["_entity"]) if read.depth else _nobody(frame), _time(frame)
        return cls(
            entity=entity,
            time=time,
            counterparty=with_whom(read, frame) if read.depth else _nobody(frame),
            size=size(frame),
            numbers=read.numbers(frame),
            codes=read.codes(frame),
            more=read.alone(frame),
            places=np.zeros((len(frame), 0), dtype=np.int64)
            if events is None
            else events.look_back(entity, time, read.depth),
        )

    @classmethod
    def joined(cls, parts: Sequence["Rows"]) -> "Rows":
        """Return the rows of one part or more, one after the other."""
        names = [each.name for each in fields(cls)]
        return cls(**{n: np.concatenate([getattr(part, n) for part in parts]) for n in names})

    def __len__(self) -> int:
        return len(self.time)

    def some(self, at: NDArray[np.int64] | slice) -> "Rows":
        """Return the rows at these places, in the order of the places."""
        return Rows(**{each.name: getattr(self, each.name)[at] for each in fields(self)})

    @property
    def row(self) -> Values:
        """What the rows say by themselves, (n, width): numbers, codes, the rest."""
        return np.hstack([self.numbers, self.codes, self.more]).astype(np.float32)

    def past(self, read: Fields, events: Events) -> Values:
        """Return what the rows' earlier events say, (n, depth, width), zeros where there is none.

        Of each: 1, the place of the time gap, whether the counterparty is the same, the amount
        as a log ratio, the hour as sine and cosine, the cosine between the hours; the numbers;
        their distance from the row's; the codes; whether they equal the row's.
        """
        there = self.places >= 0
        if not there.any():
            return np.zeros((*self.places.shape, width(read)), dtype=np.float32)
        at = np.maximum(self.places, 0)
        when, now = events.time[at], self.time[:, None]
        ratio = np.clip(self.size[:, None] - events.size[at], -FARTHEST, FARTHEST)
        hour, hour_now = dial(when.ravel()).reshape(*when.shape, 2), dial(self.time)[:, None]
        same = (events.counterparty[at] == self.counterparty[:, None]) & (
            self.counterparty[:, None] != NOBODY
        )
        sides = [there, gap_place(now - when), same, ratio, *np.moveaxis(hour, -1, 0)]
        sides.append((hour * hour_now).sum(axis=-1))
        numbers, own = events.numbers[at], self.numbers[:, None, list(read.followed)]
        codes, mine = events.codes[at], self.codes[:, None, list(read.followed_words)]
        steps = np.array([max(read.scales[place].steps, 1) for place in read.followed])
        apart = np.where((numbers == ABSENT) | (own == ABSENT), 0, (own - numbers) / steps)
        parts = [np.stack(sides, axis=-1), numbers, apart, codes, codes == mine]
        found: Values = np.nan_to_num(np.concatenate(parts, axis=-1)).astype(np.float32)
        found[~there] = 0
        return found


def width(read: Fields) -> int:
    """Return how many values are said of an earlier event."""
    return SIDES + 2 * len(read.followed) + 2 * len(read.followed_words)


def gap_place(seconds: Floats) -> Floats:
    """Return where time gaps lie between a minute and 60 days, 0 to 16, even in the logarithm."""
    held = np.clip(seconds, SHORTEST, LONGEST)
    place: Floats = np.log(held / SHORTEST) * (GAP_STEPS / np.log(LONGEST / SHORTEST))
    return place


def _time(frame: pd.DataFrame) -> Floats:
    return floats(frame["_time"])


def _nobody(frame: pd.DataFrame) -> Hashes:
    return np.full(len(frame), NOBODY)
