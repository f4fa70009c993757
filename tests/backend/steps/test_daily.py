"""Precision at k by day and by card: the golden toy, then brute force, ties and removal."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.steps.daily import card_precision, precision_at

# The toy of the evaluation protocol: (day, card, score, label).
TOY = [
    (0, "A", 0.9, 1),
    (0, "A", 0.8, 1),
    (0, "B", 0.7, 0),
    (0, "C", 0.6, 1),
    (1, "A", 0.95, 1),
    (1, "C", 0.5, 1),
    (1, "D", 0.4, 0),
    (1, "B", 0.1, 0),
]
DAY, CARD, SCORE, LABEL = (np.array(column) for column in zip(*TOY, strict=True))


def test_the_toy_with_removal() -> None:
    found = card_precision(DAY, CARD, SCORE, LABEL, k=2)
    assert found.days["precision"].tolist() == [0.5, 0.5]
    assert found.days["remaining"].tolist() == [2, 1]
    assert found.mean == pytest.approx(0.5)
    # One of two attainable on the first day, one of one on the second; 2 of 3 in all.
    assert found.days["normalised"].tolist() == [0.5, 1.0]
    assert found.normalised == pytest.approx(0.75)
    assert found.recall == pytest.approx(2 / 3)


def test_the_toy_without_removal() -> None:
    found = card_precision(DAY, CARD, SCORE, LABEL, k=2, remove=False)
    assert found.days["precision"].tolist() == [0.5, 1.0]
    assert found.days["remaining"].tolist() == [2, 2]
    assert found.mean == pytest.approx(0.75)


def test_a_card_is_judged_by_its_most_suspicious_row_of_the_day() -> None:
    # A's fraud scores low, but A is alerted for its other row: the card is compromised.
    found = card_precision([0, 0, 0], [1, 1, 2], [0.1, 0.9, 0.5], [1, 0, 0], k=1)
    assert found.days[["cards", "remaining", "hits"]].iloc[0].tolist() == [2, 1, 1]


def test_a_tie_at_the_edge_counts_by_its_share() -> None:
    # One place for four tied cards, one of them compromised.
    found = card_precision([0] * 4, [1, 2, 3, 4], [0.5] * 4, [1, 0, 0, 0], k=1)
    assert found.mean == found.recall == pytest.approx(0.25)


def test_the_draw_between_tied_cards_is_stable() -> None:
    draw = np.random.default_rng(3)
    day, card = np.repeat([0, 1, 2], 40), draw.integers(0, 30, 120)
    label = draw.random(120) < 0.4
    first = card_precision(day, card, np.zeros(120), label, k=5, seed=1)
    order = draw.permutation(120)
    again = card_precision(day[order], card[order], np.zeros(120), label[order], k=5, seed=1)
    assert first.days.equals(again.days) and first.seed == 1
    others = [card_precision(day, card, np.zeros(120), label, 5, seed=n).mean for n in range(20)]
    assert len(set(others)) > 1  # the cards removed differ with the seed


def test_a_day_without_compromised_cards_has_no_ceiling() -> None:
    found = card_precision([0, 1], [1, 2], [0.9, 0.8], [1, 0], k=1)
    assert np.isnan(found.days["normalised"].iloc[1])
    assert found.normalised == 1.0 and found.mean == 0.5


def test_nothing_comes_of_nothing() -> None:
    found = card_precision([], [], [], [], k=100)
    assert found.days.empty and (found.mean, found.normalised, found.recall) == (None,) * 3
    without = card_precision([0], [1], [0.5], [0], k=100)
    assert without.mean == 0.0 and without.normalised is None and without.recall is None
    assert precision_at([], [], [], k=100) is None


@pytest.mark.parametrize("k", [0, -1])
def test_k_below_one_is_refused(k: int) -> None:
    with pytest.raises(ValueError, match="k must be at least 1"):
        card_precision(DAY, CARD, SCORE, LABEL, k)
    with pytest.raises(ValueError, match="k must be at least 1"):
        precision_at(DAY, SCORE, LABEL, k)


def test_precision_at_k_is_the_mean_over_days_of_hits_in_k_places() -> None:
    # Day 0: .9 and .8 are frauds; day 1: .95 and .5 are.
    assert precision_at(DAY, SCORE, LABEL, k=2) == pytest.approx(1.0)
    assert precision_at(DAY, SCORE, LABEL, k=3) == pytest.approx((2 / 3 + 2 / 3) / 2)
    # Fewer rows than places: the places still count. Day 0 has 3 frauds, day 1 two.
    assert precision_at(DAY, SCORE, LABEL, k=10) == pytest.approx((0.3 + 0.2) / 2)
    # Day 0 has one place for two tied rows, one of them a fraud.
    assert precision_at([0, 0], [0.5, 0.5], [1, 0], k=1) == pytest.approx(0.5)


def slow(rows: list[tuple[int, int, float, int]], k: int, remove: bool) -> list[float]:
    """Card precision as the handbook tells it, for scores without ties between cards."""
    gone: set[int] = set()
    found = []
    for day in sorted({row[0] for row in rows}):
        score: dict[int, float] = {}
        bad: set[int] = set()
        for of, card, height, label in rows:
            if of == day and card not in gone:
                score[card] = max(score.get(card, -1.0), height)
                bad |= {card} if label else set()
        top = sorted(score, key=lambda card: -score[card])[:k]
        found.append(len(bad & set(top)) / k)
        gone |= bad & set(top) if remove else set()
    return found


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9), st.booleans()), min_size=1),
    st.integers(1, 6),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_it_agrees_with_the_handbook_told_slowly(drawn, k, remove, shuffle) -> None:
    heights = [n / len(drawn) for n in range(len(drawn))]
    shuffle.shuffle(heights)
    rows = [
        (day, card, height, int(bad))
        for (day, card, bad), height in zip(drawn, heights, strict=True)
    ]
    found = card_precision(*(np.array(column) for column in zip(*rows, strict=True)), k, remove)
    assert found.days["precision"].tolist() == pytest.approx(slow(rows, k, remove))
