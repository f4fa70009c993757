"""Words of magnitude: ordered, finer towards the ends, never digits."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.steps import bands
from backend.steps.magnitudes import NONE, SHARES, STRETCHES, USUAL, WORDS, words_of
from backend.steps.profile import Number


def number(values) -> Number:
    values = np.asarray(values, dtype=float)
    return Number("x", bands.edges(values), float(values.mean()), float(values.std()) or 1.0)


UNIFORM = number(np.arange(1, 101))


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=50))
def test_a_larger_number_never_has_a_smaller_word(values):
    told = words_of(pd.Series(sorted(values)), number(values))
    places = [WORDS.index(word) for word in told]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("value", "word"),
    [(0, "minor"), (1, "faint"), (49, "medium"), (50, "average"), (98, "vast"), (99, "huge")],
)
def test_a_word_begins_at_its_quantile(value, word):
    """Quantile q of 1 to 100 is q, and what equals a quantile lies above it."""
    assert words_of(pd.Series([value]), UNIFORM) == [word]


def test_beyond_the_quantiles_words_follow_the_distance_from_the_median():
    """Median 50, 99% at 99: a quarter as far again is 50 + 1.25 · 49 = 111.25, four times 246."""
    values = pd.Series([111, 112, 245, 246, 50 - 4 * 49 - 1])
    assert words_of(values, UNIFORM) == ["huge", "massive", "tremendous", "extreme", "empty"]


def test_missing_is_a_word():
    assert words_of(pd.Series([np.nan, None], dtype=float), UNIFORM) == [NONE, NONE]
    assert words_of(pd.Series([], dtype=float), UNIFORM) == []


def test_a_column_that_is_mostly_one_value_still_tells_how_far_the_rest_lies():
    zeros = number([0.0] * 999 + [100.0])
    assert words_of(pd.Series([0.0, 1e9]), zeros) == ["huge", "extreme"]


def test_words_are_finer_towards_the_ends_and_hold_no_digit():
    steps = np.diff([0, *SHARES, 100])
    assert steps[0] == steps[-1] == steps.min()
    assert len(set(WORDS)) == len(WORDS) == len(steps) + 2 * len(STRETCHES)
    assert all(word.isalpha() for word in WORDS)


def test_usual_is_what_lies_between_a_tenth_and_nine_tenths():
    usual = [word in USUAL for word in words_of(pd.Series([9, 10, 50, 89, 90]), UNIFORM)]
    assert usual == [False, True, True, True, False]
