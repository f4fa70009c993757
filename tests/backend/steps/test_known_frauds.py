"""Cards whose fraud was known when they paid again."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backend.steps.known_frauds import UNKNOWN, compromised

# Card 1 had a fraud in train, card 2 on day 20, card 3 never, card 4 on day 28.
EARLIER = {"entity": [1, 2, 3, 4, 4], "day": [3, 20, 20, 27, 28], "label": [1, 1, 0, 0, 1]}
IN_TRAIN = [True, False, False, False, False]


def mask(entity, day, label, delay_days=7, before=None):
    """Ask of test rows after the earlier ones, some of which are changed."""
    earlier = {**EARLIER, **(before or {})}
    in_test = np.repeat([False, True], [len(earlier["entity"]), len(entity)])
    return compromised(
        entity=np.r_[earlier["entity"], entity],
        day=np.r_[earlier["day"], day],
        label=np.r_[earlier["label"], label],
        in_train=np.r_[IN_TRAIN, np.zeros(len(entity), dtype=bool)],
        in_test=in_test,
        delay_days=delay_days,
    )


def test_a_fraud_is_known_a_delay_and_a_day_after_it() -> None:
    # Delay 7: the fraud of day 20 is known on day 28, that of day 28 on day 36.
    found = mask([2, 2, 4, 4], [27, 28, 35, 36], [0, 0, 0, 0])
    assert found.mask.tolist() == [False, True, False, True]
    assert (found.rows, found.cards) == (2, 2)


def test_a_fraud_card_of_train_is_left_out_from_the_first_day() -> None:
    found = mask([1, 3], [4, 40], [1, 1])
    assert found.mask.tolist() == [True, False]
    assert (found.rows, found.cards) == (1, 1)


def test_a_fraud_within_test_counts_once_it_is_known() -> None:
    found = mask([5, 5, 5], [30, 37, 38], [1, 1, 0])
    assert found.mask.tolist() == [False, False, True]


def test_instant_labels_are_known_the_next_day() -> None:
    assert mask([5, 5, 5], [30, 30, 31], [1, 0, 0], delay_days=0).mask.tolist() == [0, 0, 1]


def test_without_days_only_the_cards_of_train_are_known() -> None:
    found = compromised(
        entity=np.array([1, 2, 1, 2]),
        day=None,
        label=np.array([1, 0, 0, 1]),
        in_train=np.array([True, True, False, False]),
        in_test=np.array([False, False, True, True]),
        delay_days=7,
    )
    assert found.mask.tolist() == [True, False]


def test_an_unknown_card_is_never_left_out_and_an_unlabelled_row_is_no_fraud() -> None:
    found = mask([UNKNOWN, 1], [40, 40], [0, 0], before={"entity": [UNKNOWN, 2, 3, 4, 4]})
    assert found.mask.tolist() == [False, False]
    unlabelled = mask([1], [40], [0], before={"label": [np.nan, 0, 0, 0, 0]})
    assert unlabelled.mask.tolist() == [False]


def test_an_empty_test_part_leaves_nothing_out() -> None:
    found = mask([], [], [])
    assert len(found.mask) == 0 and (found.rows, found.cards) == (0, 0)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 40), st.integers(0, 1))),
    st.integers(0, 9),
)
def test_it_agrees_with_asking_row_by_row(rows: list[tuple[int, int, int]], delay: int) -> None:
    entity, day, label = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    in_train, in_test = day < 15, day >= 20
    found = compromised(entity, day, label, in_train, in_test, delay)
    expected = [
        any(
            card == other and bad and (when < 15 or when <= now - delay - 1)
            for other, when, bad in rows
        )
        for card, now, _ in rows
        if now >= 20
    ]
    assert found.mask.tolist() == expected
