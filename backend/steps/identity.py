"""Which columns give the customer away. A model that reads them learns names, not fraud.

A column that hardly changes within one entity and differs between most entities (home town,
job, place of birth) is an id in disguise: past frauds of the same card would teach the model
to know the card, and the score of every other card would suffer for it.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SETTLED = 0.95  # share of a column's variety that the entity explains
CROWD = 20  # entities that must share a value for the value to hide each of them
FEWEST_ROWS = 5  # rows per entity below which constancy says nothing

Codes = NDArray[np.int64]


def entity_codes(entity: pd.Series) -> Codes | None:
    """Return each row's entity as a number (n,), or None when entities say nothing.

    They say nothing when any is missing or when they hold fewer than 5 rows on average.
    """
    codes, names = pd.factorize(entity)
    if len(codes) == 0 or codes.min() < 0 or len(codes) < FEWEST_ROWS * len(names):
        return None
    return codes.astype(np.int64)


def names_entity(values: pd.Series, entity: Codes) -> bool:
    """Return True when a column of numbers or words (n,) gives away the row's entity (n,)."""
    if pd.api.types.is_numeric_dtype(values):
        distinct = min(int(values.nunique()), 100)
        return _is_small(entity, distinct) and _variance_explained(values, entity) > SETTLED
    distinct = int(values.nunique())
    return _is_small(entity, distinct) and _words_explained(values, entity) > SETTLED


def _is_small(entity: Codes, distinct: int) -> bool:
    return distinct > 1 and int(entity.max()) + 1 < CROWD * distinct


def _variance_explained(values: pd.Series, entity: Codes) -> float:
    """Eta squared: variance between entities over all variance."""
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    known = np.isfinite(numbers)
    numbers, entity = numbers[known], entity[known]
    total = float(((numbers - numbers.mean()) ** 2).sum())
    count = np.maximum(np.bincount(entity), 1)
    within = numbers - (np.bincount(entity, weights=numbers) / count)[entity]
    return 1 - float((within**2).sum()) / total if total > 0 else 0.0


def _words_explained(values: pd.Series, entity: Codes) -> float:
    """Goodman and Kruskal's lambda: errors saved by guessing each entity's usual word."""
    words, names = pd.factorize(values, use_na_sentinel=False)
    pairs, counts = np.unique(entity * len(names) + words, return_counts=True)
    usual = pd.Series(counts).groupby(pairs // len(names)).max().sum()
    commonest = int(np.bincount(words).max())
    others = len(words) - commonest
    return float(usual - commonest) / others if others else 0.0
