"""What differs between runs, and where each value stands on its axis."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.steps.differences import axis, differing


class TestDiffering:
    def test_only_what_differs_is_named_in_order(self):
        runs = [{"epochs": 2, "seed": 0, "layers": 3}, {"epochs": 2, "layers": 6, "seed": 1}]
        assert differing(runs) == ["seed", "layers"]

    def test_an_option_of_one_family_alone_differs(self):
        assert differing([{"epochs": 2}, {"trees": 100}]) == ["epochs", "trees"]

    def test_a_whole_number_is_the_number(self):
        assert differing([{"epochs": 2}, {"epochs": 2.0}]) == []
        assert differing([{"frozen": True}, {"frozen": 1}]) == ["frozen"]

    def test_lists_are_compared_by_what_they_hold(self):
        assert differing([{"columns": ["a"]}, {"columns": ["a"]}]) == []
        assert differing([{"columns": ["a"]}, {"columns": ["b"]}]) == ["columns"]

    def test_one_run_differs_in_nothing(self):
        assert differing([{"epochs": 2}]) == [] == differing([])


class TestAxis:
    def test_numbers_stand_in_proportion(self):
        found = axis("epochs", [4, 2, 3, 2])
        assert found.values == (2, 3, 4)
        assert found.places == pytest.approx((0, 0.5, 1))
        assert found.place(3) == 0.5 and found.numeric

    def test_numbers_far_apart_stand_by_their_logarithm(self):
        assert axis("rate", [1e-5, 1e-4, 1e-3]).places == pytest.approx((0, 0.5, 1))
        assert axis("rate", [0, 100]).places == (0, 1)

    def test_texts_stand_evenly(self):
        found = axis("family", ["trees", "bert", "logistic"])
        assert found.values == ("bert", "logistic", "trees")
        assert found.places == (0, 0.5, 1) and not found.numeric

    def test_a_run_without_the_option_has_no_place(self):
        found = axis("epochs", [1, None, math.nan, 2])
        assert found.values == (1, 2)
        assert found.place(None) is None and found.place(math.nan) is None

    def test_what_does_not_differ_is_no_axis(self):
        assert axis("epochs", [2, 2, None]) is None
        assert axis("epochs", []) is None

    def test_yes_and_no_are_words(self):
        assert not axis("frozen", [True, False]).numeric

    @given(st.lists(st.integers(-1000, 1000), min_size=2, unique=True))
    def test_places_rise_from_bottom_to_top(self, values):
        places = axis("any", values).places
        assert places[0] == 0 and places[-1] == pytest.approx(1)
        assert all(low < high for low, high in pairwise(places))
