"""Windows of the past: where they begin, what they sum to, how many values they hold."""

import numpy as np
import pytest

from backend.steps.velocity import distinct, earliest, following, look_back, moments, not_before

KEY = np.array([0, 0, 0, 0, 1, 1])
TIME = np.array([1.0, 2.0, 2.0, 5.0, 0.0, 9.0])
VALUE = np.array([7, 8, 7, -1, 7, 7])


def test_the_past_ends_before_equal_times_and_begins_with_the_key() -> None:
    past = look_back(KEY, TIME, np.arange(6))
    assert past.first.tolist() == [0, 0, 0, 0, 4, 4]
    assert past.end.tolist() == [0, 1, 1, 3, 4, 5]
    some = look_back(KEY, TIME, np.array([2, 5]))
    assert some.first.tolist() == [0, 4] and some.end.tolist() == [1, 5]


def test_a_window_begins_with_the_event_exactly_as_old_as_it_is_long() -> None:
    past = look_back(KEY, TIME, np.arange(6), windows=(1, 3, 9))
    assert past.starts[1].tolist() == [0, 0, 0, 3, 4, 5]
    assert past.starts[3].tolist() == [0, 0, 0, 1, 4, 5]
    assert past.starts[9].tolist() == [0, 0, 0, 0, 4, 4]
    low, high = np.array([0, 0]), np.array([4, 4])
    assert not_before(TIME, low, high, np.array([2.0, 2.1])).tolist() == [1, 3]
    assert not_before(TIME, low, high, np.array([-1.0, 99.0])).tolist() == [0, 4]


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 64, 100])
def test_moments_of_every_window(rows: int) -> None:
    values = np.random.default_rng(rows).normal(1e6, 1, rows)
    values[::5] = np.nan
    start, end = (each.ravel() for each in np.triu_indices(rows + 1))
    found = moments(values, start, end)
    for at, (first, last) in enumerate(zip(start, end, strict=True)):
        known = values[first:last][np.isfinite(values[first:last])]
        assert found.count[at] == len(known)
        assert found.total[at] == pytest.approx(known.sum())
        if len(known):
            assert found.mean[at] == pytest.approx(known.mean())
            assert found.highest[at] == known.max()
        if len(known) > 1:
            assert found.deviation[at] == pytest.approx(known.std(ddof=1), rel=1e-6)
    assert np.isnan(found.mean[found.count == 0]).all()
    assert np.isnan(found.deviation[found.count < 2]).all()


def test_equal_amounts_after_a_large_one_have_no_deviation() -> None:
    values = np.array([1e9, 0.1, 0.1, 0.1, 0.1, 0.1])
    found = moments(values, np.array([1]), np.array([6]))
    assert found.deviation[0] < 1e-15
    assert found.total[0] == pytest.approx(0.5, abs=1e-15)


def test_a_window_sums_to_the_same_bits_whatever_lies_around_it() -> None:
    values = np.random.default_rng(0).gamma(2, 30, 500)
    among = moments(values, np.array([137]), np.array([411]))
    by_itself = moments(values[137:411], np.array([0]), np.array([274]))
    assert among.total == by_itself.total and among.deviation == by_itself.deviation


def test_different_values_are_counted_once_and_missing_ones_never() -> None:
    next_one = following(KEY, VALUE)
    assert next_one.tolist() == [2, 6, 6, 6, 5, 6]
    past = look_back(KEY, TIME, np.arange(6))
    assert distinct(VALUE, next_one, past.first, past.end).tolist() == [0, 1, 1, 2, 0, 1]
    start = np.array([0, 0, 0, 2, 4, 5])
    assert distinct(VALUE, next_one, start, past.end).tolist() == [0, 1, 1, 1, 0, 0]


def test_the_first_time_of_a_value_is_the_keys_own() -> None:
    assert earliest(KEY, VALUE, TIME).tolist() == [1, 2, 1, 5, 0, 0]


def test_nothing_has_no_past() -> None:
    none, never = np.array([], dtype=np.int64), np.array([])
    past = look_back(none, never, none)
    assert past.end.tolist() == []
    assert moments(never, none, none).total.tolist() == []
    assert distinct(none, following(none, none), none, none).tolist() == []
    assert earliest(none, none, never).tolist() == []
