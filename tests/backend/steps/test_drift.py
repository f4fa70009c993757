"""The golden index, and drift told from chance whatever the number of rows."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.steps.drift import compare, psi


def test_golden_index():
    assert psi([0.2, 0.5, 0.3], [0.1, 0.6, 0.3]) == pytest.approx(0.0875469, abs=5e-8)


@given(st.lists(st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)), min_size=1, max_size=9))
def test_an_index_is_never_below_0_and_the_same_either_way(shares):
    before, after = (np.array(each) / sum(each) for each in zip(*shares, strict=True))
    assert psi(before, after) >= 0
    assert psi(before, after) == pytest.approx(psi(after, before))
    assert psi(before, before) == 0


def test_by_deciles_it_is_nearly_that_of_the_shares():
    reference = np.arange(100_000)
    current = np.concatenate([np.repeat(np.arange(0, 50_000), 3), np.arange(50_000, 100_000)])
    golden = psi([0.1] * 10, [0.15] * 5 + [0.05] * 5)
    assert compare(reference, current).psi == pytest.approx(golden, abs=1e-3)


@pytest.mark.parametrize("rows", [100, 1_000, 20_000])
def test_without_drift_an_index_lies_below_the_null_nineteen_times_in_twenty(rows):
    draw = np.random.default_rng(0)
    found = [compare(draw.normal(size=2_000), draw.normal(size=rows)) for _ in range(100)]
    assert 88 <= sum(not each.is_real for each in found) <= 100


def test_the_fewer_rows_the_more_chance_brings():
    draw = np.random.default_rng(0)
    few, many = (compare(draw.normal(size=rows), draw.normal(size=rows)) for rows in (100, 10_000))
    assert few.null_high > 0.1 > 0.01 > many.null_high  # .1 is no shift of a hundred rows


def test_a_shift_of_many_rows_is_real_and_of_few_it_may_be_chance():
    draw = np.random.default_rng(0)
    shifted = {rows: compare(draw.normal(size=rows), draw.normal(0.2, size=rows))
               for rows in (40, 20_000)}  # fmt: skip
    assert shifted[20_000].is_real and not shifted[40].is_real


def test_a_value_that_most_rows_have_hides_no_other():
    calm = np.append(np.zeros(900), np.full(100, 7.0))
    for moved in (np.append(np.zeros(600), np.full(400, 7.0)), np.append(calm[:700], [-1.0] * 300)):
        assert compare(calm, moved).is_real and compare(calm, moved).psi > 0.2
    yes, no = np.append(np.ones(950), np.zeros(50)), np.append(np.ones(700), np.zeros(300))
    assert compare(yes, no).is_real


def test_missing_values_are_drift_too():
    draw = np.random.default_rng(0)
    number = draw.normal(size=1_000)
    assert compare(number, np.where(np.arange(1_000) < 300, np.nan, number)).is_real
    word = pd.Series(["shop", "web"] * 500)
    assert compare(word, word.where(np.arange(1_000) > 300)).is_real
    counted = pd.Series([1, 2, 3, None] * 250, dtype="Int64")
    assert compare(counted, counted).psi == 0


def test_categories_that_are_new_or_gone_count_as_one():
    before = pd.Series([f"shop {number}" for number in range(50) for _ in range(50 - number)])
    assert compare(before, before).psi == 0
    renamed = before.where(before != "shop 0", "a new one")
    assert compare(before, renamed).is_real
    rare = before.where(before != "shop 40", "a new one")
    assert compare(before, rare).psi == 0


def test_order_changes_nothing_and_bins_may_be_fewer():
    draw = np.random.default_rng(0)
    before, after = draw.normal(size=500), draw.normal(0.5, size=400)
    assert compare(before, after) == compare(before[::-1], np.sort(after))
    assert compare(before, after, bins=4).psi < compare(before, after).psi


def test_nothing_known_is_no_drift_and_no_row_is_none():
    assert compare([np.nan] * 9, [np.nan] * 5).psi == pytest.approx(0)
    assert compare([], [1.0]) is None and compare(pd.Series(["a"]), pd.Series([])) is None
