"""Numbers as words of magnitude: "tiny" to "extreme", as usual or unusual as they are.

A language model reads digits badly and words well. The words follow the quantiles of the
training part, in wide steps in the middle and in narrow ones towards the ends; beyond the
outermost quantiles they follow the distance from the median.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backend.steps.profile import Number, floats

NONE = "none"

# Percent of the training values below which a word ends, and where the next begins.
SHARES = (1, 2, 5, *range(10, 91, 5), 93, 95, 97, 98, 99)
# Beyond 1% and 99%: times the distance from the median to there at which the next word begins.
STRETCHES = (1.25, 1.5, 1.75, 2.0, 2.5, 4.0)

WORDS = (
    *("empty", "void", "bare", "trivial", "marginal", "minimal", "minor"),
    *("faint", "tiny", "little"),
    *("slight", "small", "light", "low", "lower", "modest", "moderate", "medium"),
    *("average", "fair", "decent", "ample", "considerable", "substantial", "higher", "high"),
    *("large", "big", "great", "major", "vast"),
    *("huge", "massive", "enormous", "immense", "giant", "tremendous", "extreme"),
)  # the lowest first; each is one token of BERT's vocabulary
USUAL = frozenset(WORDS[WORDS.index("slight") : WORDS.index("large")])  # 10% to 90%

Texts = list[str]


def words_of(values: pd.Series, among: Number) -> Texts:
    """Return the word of each value (n,), "none" where it is missing; empty in, empty out.

    A value that equals a quantile lies above it. `among` holds what is usual, from training.
    """
    numbers = floats(values)
    place = np.searchsorted(_edges(among), numbers, side="right")
    place = np.where(np.isnan(numbers), len(WORDS), place)
    return list(np.array([*WORDS, NONE], dtype=object)[place])


def _edges(among: Number) -> NDArray[np.float64]:
    """Return the values at which one word ends and the next begins, ascending (37,)."""
    inner = [among.edges[share - 1] for share in SHARES]
    middle, stretches = among.typical, np.asarray(STRETCHES)
    below = middle - stretches[::-1] * (middle - inner[0] or among.deviation)
    above = middle + stretches * (inner[-1] - middle or among.deviation)
    return np.concatenate([below, inner, above])
