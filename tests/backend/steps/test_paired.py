"""Is one run better than another: golden p-values and Holm, then gates and verdicts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.steps.paired import compare, holm, interval, p_value


def test_the_interval_leaves_out_a_fortieth_on_each_side() -> None:
    assert interval(np.arange(1001)) == (25.0, 975.0)
    assert all(np.isnan(interval(np.array([]))))


def test_p_value_by_hand() -> None:
    # 19 of 199 differences at or below zero: 2·(19 + 1) / 200.
    assert p_value(np.r_[np.full(19, -1.0), np.full(180, 1.0)]) == pytest.approx(0.2)
    assert p_value(np.r_[np.full(19, 1.0), np.full(180, -1.0)]) == pytest.approx(0.2)
    assert p_value(np.zeros(999)) == 1.0  # never above 1
    # A difference that never varies: no more than that none of 999 crossed zero.
    assert p_value(np.full(999, 0.01)) == pytest.approx(2 / 1000)


def test_far_from_zero_the_tail_of_a_normal_is_read() -> None:
    # Mean 4 standard deviations above zero: 2·Φ(−4), where counting stops at 2/1000.
    spread = np.repeat([-1.0, 1.0], 500)
    assert p_value(4 + spread) == pytest.approx(6.334e-5, rel=1e-3)


def test_holm_by_hand() -> None:
    # Sorted .005·4, .01·3, .03·2, .04·1, each at least the one before.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.5]) == [1.0, 1.0]
    assert holm([0.03]) == [0.03] and holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_holm_only_raises_keeps_the_order_and_ignores_the_listing(ps, shuffle) -> None:
    adjusted = holm(ps)
    assert all(p <= after <= 1 for p, after in zip(ps, adjusted, strict=True))
    assert max(adjusted) <= min(1.0, len(ps) * max(ps))
    order = list(range(len(ps)))
    shuffle.shuffle(order)
    assert holm([ps[n] for n in order]) == [adjusted[n] for n in order]
    by_p = [after for _, after in sorted(zip(ps, adjusted, strict=True))]
    assert by_p == sorted(by_p)


def near(middle: float, seed: int = 0) -> np.ndarray:
    return middle + 0.01 * np.random.default_rng(seed).standard_normal(1000)


def test_a_clear_difference_is_better_one_way_and_worse_the_other() -> None:
    better = compare(0.8, 0.7, near(0.8), near(0.7, 1), frauds=100)
    assert better.better is True and better.reason == ""
    assert better.delta == pytest.approx(0.1) and 0 < better.low < 0.1 < better.high
    assert better.p_value < 0.001
    worse = compare(0.7, 0.8, near(0.7, 1), near(0.8), frauds=100)
    assert worse.better is False
    assert (worse.delta, worse.low, worse.high) == (-better.delta, -better.high, -better.low)


def test_where_less_is_better_the_verdict_turns() -> None:
    cheaper = compare(0.7, 0.8, near(0.7), near(0.8, 1), frauds=100, less_is_better=True)
    assert cheaper.better is True and cheaper.delta == pytest.approx(-0.1)


def test_the_same_scores_differ_by_exactly_nothing() -> None:
    same = compare(0.8, 0.8, near(0.8), near(0.8), frauds=100)
    assert (same.delta, same.low, same.high, same.p_value, same.better) == (0, 0, 0, 1, None)
    assert "not distinguishable" in same.reason.lower()


def test_an_interval_with_zero_in_it_decides_nothing() -> None:
    found = compare(0.801, 0.8, near(0.801), near(0.8, 1), frauds=100)
    assert found.better is None and found.low < 0 < found.high
    assert "holds zero" in found.reason


def test_pairing_finds_what_two_separate_intervals_hide() -> None:
    other = near(0.8)
    found = compare(0.805, 0.8, other + 0.005, other, frauds=100)
    low, high = interval(other)
    assert high - low > 0.03 and found.better is True


@pytest.mark.parametrize(
    ("frauds", "delta", "words"), [(29, 0.1, "fewer than 30"), (9, None, "fewer than 10")]
)
def test_few_frauds_rank_nothing(frauds: int, delta: float | None, words: str) -> None:
    found = compare(0.8, 0.7, near(0.8), near(0.7, 1), frauds)
    assert found.better is None and found.p_value is None and words in found.reason
    assert found.delta == (delta if delta is None else pytest.approx(delta))


def test_a_figure_that_cannot_be_had_is_said() -> None:
    found = compare(None, 0.7, np.array([]), near(0.7), frauds=100)
    assert found.better is None and found.delta is None and "no figure" in found.reason


def test_replicates_of_different_resamples_do_not_pair() -> None:
    with pytest.raises(ValueError, match="pair"):
        compare(0.8, 0.7, near(0.8)[:10], near(0.7), frauds=100)
