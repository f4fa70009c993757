"""Cards whose fraud was already known when they paid again: what a model must not live on.

Catching a card that is blocked anyway flatters a model, so its figures are also told without
those rows. Method: Fraud Detection Handbook, chapter 5, "Validation strategies".
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

UNKNOWN = -1  # the code of an entity nobody knows


@dataclass(frozen=True)
class KnownFrauds:
    """The test rows of cards known as compromised on the day of the row."""

    mask: NDArray[np.bool_]  # per test row, in their order; True is to be left out
    rows: int  # how many
    cards: int  # of how many cards


def compromised(
    entity: ArrayLike,
    day: ArrayLike | None,
    label: ArrayLike,
    in_train: ArrayLike,
    in_test: ArrayLike,
    delay_days: float,
) -> KnownFrauds:
    """Return which test rows of day T have a card with a fraud known by T − delay − 1.

    All are (n,), over every row of the dataset: `entity` a code or -1 for unknown, `day` a
    whole day, or None without a clock, `label` 1 for fraud (NaN is none), and the parts;
    rows of validation and of the gaps lie in neither. Fraud cards of train count as known
    from the start, and without days they are the only ones. A row whose day is NaN stays.
    Empty in, empty out.
    """
    entity, in_test = np.asarray(entity, dtype=np.int64), np.asarray(in_test, dtype=bool)
    now = np.zeros(len(entity)) if day is None else np.asarray(day, dtype=np.float64)
    known = np.full(len(entity), np.inf) if day is None else now + delay_days + 1
    known = np.where(np.asarray(in_train, dtype=bool), -np.inf, known)
    fraud = (np.asarray(label) == 1) & (entity != UNKNOWN)
    cards, code = np.unique(entity, return_inverse=True)
    since = np.full(len(cards), np.inf)
    np.fmin.at(since, code[fraud], known[fraud])
    mask = (since[code] <= now)[in_test]
    left_out = np.unique(entity[in_test][mask])
    return KnownFrauds(mask, int(mask.sum()), len(left_out))
