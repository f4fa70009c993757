"""The parts follow each other in time, with a gap for late labels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.steps.split import DAY, assign, at_random, folds

WEEK = 7 * DAY


def days(count: int, rows_a_day: int = 10) -> tuple[np.ndarray, np.ndarray]:
    time = np.repeat(np.arange(count, dtype=float) * DAY, rows_a_day)
    label = (np.arange(len(time)) % 20 == 0).astype(float)
    return time, label


def test_the_parts_are_cut_at_70_and_85_percent_with_a_gap_before_each_cut() -> None:
    time, label = days(100)
    split = assign(time, label, None, WEEK)
    assert split.boundaries == (70 * DAY, 85 * DAY)
    # 70 days less 7 of gap, 15 less 7, and 15 of test, 10 rows each.
    assert split.rows() == {
        "train": 630,
        "validation": 80,
        "test": 150,
        "gap": 140,
        "unlabelled": 0,
    }
    assert split.caveats == ()


@settings(max_examples=100)
@given(
    st.lists(st.integers(0, 60), min_size=30, max_size=300),
    st.floats(0, 10),
    st.integers(0, 2**32 - 1),
)
def test_no_part_reaches_into_the_next_and_no_moment_is_cut(
    moments: list[int], delay_days: float, seed: int
) -> None:
    time = np.array(moments, dtype=float) * DAY
    label = np.random.default_rng(seed).choice([0.0, 1.0, np.nan], len(time))
    split = assign(time, label, None, delay_days * DAY)
    assert sum(split.rows().values()) == len(time)
    assert (np.isnan(label) == (split.part == "unlabelled")).all()
    if split.method != "time":
        return
    train, validation, test = (time[split.part == part] for part in ("train", "validation", "test"))
    at_validation, at_test = split.boundaries
    assert (train < at_validation - split.gap_seconds).all()
    assert ((validation >= at_validation) & (validation < at_test - split.gap_seconds)).all()
    assert (test >= at_test).all()
    assert len(test) > 0


def test_a_short_file_gets_a_short_gap_and_says_so() -> None:
    time, label = days(20)
    split = assign(time, label, None, WEEK)
    assert split.gap_seconds == DAY
    assert "only 1.0 days" in split.caveats[0]


def test_two_days_get_hours_of_gap() -> None:
    time = np.arange(0, 2 * DAY, 60.0)
    split = assign(time, (np.arange(len(time)) % 9 == 0).astype(float), None, WEEK)
    assert split.gap_seconds == pytest.approx(0.05 * (2 * DAY - 60))
    assert "hours" in split.caveats[0]
    assert split.rows()["validation"] > 0


def test_without_a_time_whole_customers_stay_together() -> None:
    entity = np.array([f"card-{n % 50}" for n in range(1000)])
    label = (np.arange(1000) % 10 == 0).astype(float)
    split = assign(np.full(1000, np.nan), label, entity, WEEK)
    assert split.method == "entity" and "not a time-ordered" in split.caveats[0]
    for name in np.unique(entity):
        assert len(set(split.part[entity == name])) == 1
    assert split.rows()["train"] == pytest.approx(700, abs=40)


def test_without_time_or_customer_both_classes_are_drawn_alike() -> None:
    label = (np.arange(1000) % 10 == 0).astype(float)
    split = assign(np.full(1000, np.nan), label, None, WEEK)
    plain = split.to_plain(label)
    assert plain["rows"]["train"] == 700 and plain["frauds"]["train"] == 70
    assert plain["frauds"]["test"] == 15


def test_labels_known_at_once_need_no_gap() -> None:
    time, label = days(100)
    split = assign(time, label, None, 0.0)
    assert split.gap_seconds == 0 and split.caveats == () and split.rows()["gap"] == 0


def test_an_empty_file_has_empty_parts() -> None:
    assert len(assign(np.array([]), np.array([]), None, WEEK).part) == 0


def test_folds_test_on_weeks_that_follow_each_other_backwards() -> None:
    time, label = days(400, rows_a_day=100)  # 5 frauds a day, 35 a week
    divided = assign(time, label, None, WEEK)
    found = folds(time, label, divided)
    assert [fold.boundaries[1] / DAY for fold in found] == [340, 333, 326, 319]
    for back, fold in enumerate(found):
        test, train = time[fold.part == "test"], time[fold.part == "train"]
        assert (test.min(), test.max()) == ((340 - 7 * back) * DAY, (346 - 7 * back) * DAY)
        assert train.max() == (280 - 7 * back - 8) * DAY  # a week of gap before validation
        assert sum(fold.rows().values()) == len(time)


def test_a_fold_with_few_frauds_is_longer_but_not_longer_than_the_test() -> None:
    time, label = days(400)  # half a fraud a day: 30 take 60 days, the test part
    length = [
        np.ptp(time[fold.part == "test"])
        for fold in folds(time, label, assign(time, label, None, WEEK))
    ]
    assert length == [34 * DAY] * 4  # an eighth of 280 days, in whole weeks


def test_a_fold_never_learns_from_what_comes_after_its_test() -> None:
    time, label = days(90)
    for fold in folds(time, label, assign(time, label, None, WEEK)):
        assert time[fold.part == "train"].max() < time[fold.part == "test"].min() - WEEK


def test_rows_without_a_time_have_no_folds() -> None:
    label = (np.arange(100) % 10 == 0).astype(float)
    time = np.full(100, np.nan)
    assert folds(time, label, assign(time, label, None, WEEK)) == ()


def test_a_random_split_keeps_rows_and_frauds_of_every_part() -> None:
    time, label = days(200)
    label[::7] = np.nan
    divided = assign(time, label, None, WEEK)
    drawn = at_random(divided, label)
    assert drawn.method == "random" and (drawn.part != divided.part).any()
    assert drawn.to_plain(label)["rows"] == divided.to_plain(label)["rows"]
    assert drawn.to_plain(label)["frauds"] == divided.to_plain(label)["frauds"]
    untouched = np.isin(divided.part, ("gap", "unlabelled"))
    assert (drawn.part[untouched] == divided.part[untouched]).all()
