"""A curve before it is drawn: the mean lies on it, and no spike is lost."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.steps.curve import extremes, smoothed

HEIGHTS = st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), max_size=300)


class TestSmoothed:
    def test_a_straight_line_stays_where_it_is(self):
        line = np.arange(50, dtype=float)
        assert smoothed(line, 7)[3:-3] == pytest.approx(line[3:-3])

    def test_the_mean_of_five(self):
        assert smoothed([0, 0, 10, 0, 0], 5)[2] == 2

    def test_the_ends_use_what_they_have(self):
        assert smoothed([3, 6, 9], 5).tolist() == [6, 6, 6]

    def test_a_gap_stays_a_gap_and_spoils_no_neighbour(self):
        mean = smoothed([1, math.nan, 3], 3)
        assert mean[0] == 1 and math.isnan(mean[1]) and mean[2] == 3

    def test_a_window_of_one_changes_nothing(self):
        assert smoothed([4, 2], 1).tolist() == [4, 2]
        assert len(smoothed([], 9)) == 0


class TestExtremes:
    @given(HEIGHTS, st.integers(4, 60))
    def test_never_more_than_asked_and_always_in_order(self, heights, at_most):
        places = extremes(heights, at_most)
        assert len(places) <= at_most
        assert (np.diff(places) > 0).all()
        if len(heights):
            assert places[0] == 0 and places[-1] == len(heights) - 1

    @given(HEIGHTS.filter(len), st.integers(4, 60))
    def test_the_highest_and_the_lowest_survive(self, heights, at_most):
        kept = [heights[place] for place in extremes(heights, at_most)]
        numbers = [height for height in heights if not math.isnan(height)]
        assert any(map(math.isnan, heights)) == any(map(math.isnan, kept))
        if len(numbers) == len(heights):
            assert max(kept) == max(numbers) and min(kept) == min(numbers)

    def test_one_spike_among_thousands_survives(self):
        flat = np.zeros(10_001)
        flat[7_777] = 5.0
        places = extremes(flat, 100)
        assert 7_777 in places and len(places) <= 100

    def test_a_short_curve_is_kept_whole(self):
        assert extremes([3, 1, 2], 4).tolist() == [0, 1, 2]
        assert len(extremes([], 4)) == 0

    def test_too_few_points_are_refused(self):
        with pytest.raises(ValueError, match="at_most must be at least 4, got 3"):
            extremes([1, 2], 3)
