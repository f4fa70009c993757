"""Features of the past equal plain loops; neither the future nor late labels change them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.steps.features import DAY, Plan
from backend.steps.past import alone, keys, measure, needed
from tests.backend.steps.looped import COLUMNS, drawn, looped

PLAN = Plan.fit(drawn(200, seed=9), COLUMNS, delay=2.0 * DAY)


def measured(plan: Plan, frame: pd.DataFrame) -> pd.DataFrame:
    """Return every feature of every row, in memory."""
    found = pd.DataFrame(np.nan, frame.index, list(plan.words))
    for key in keys(plan):
        known = frame[frame[key].notna() & frame["_time"].notna()]
        values = measure(plan, key, known[list(needed(plan, key))], np.ones(len(known), dtype=bool))
        assert set(values) <= set(plan.words)
        for name, value in values.items():
            found.loc[known.index, name] = value
    for name, value in alone(plan, frame).items():
        found[name] = value
    return found


@settings(max_examples=10)
@given(st.integers(0, 10**6), st.integers(1, 40), st.sampled_from([1, 20, 90]))
def test_fast_equals_a_plain_loop(seed: int, rows: int, days: int) -> None:
    frame = drawn(rows, seed, days)
    pd.testing.assert_frame_equal(measured(PLAN, frame), looped(PLAN, frame), rtol=1e-8, atol=1e-5)


def test_every_feature_of_the_plan_is_computed() -> None:
    found = measured(PLAN, drawn(600, days=6))
    assert len(PLAN.words) == 95
    assert found.notna().any().all(), found.columns[found.isna().all()]


def test_a_day_at_one_shop() -> None:
    hours = [0, 1, 1, 3, 30]
    frame = pd.DataFrame({
        "_label": [0, 1, 0, 0, 0],
        "_amount": [10.0, 20.0, 60.0, np.nan, 45.0],
        "_time": np.array(hours) * 3600.0,
        "_entity": ["card"] * 5,
        "_counterparty": ["here", "here", "there", "here", "here"],
        **dict.fromkeys(("lat", "long", "home_lat", "home_long"), np.nan),
        "trade": ["food", "food", "fuel", "food", "fuel"],
    })  # fmt: skip
    found = measured(replace(PLAN, delay=3600.0, prior=0.1), frame)

    def of(name: str) -> list[float]:
        return found[f"_past_{name}"].tolist()

    assert of("entity_new") == [1, 0, 0, 0, 0]
    assert of("entity_count_1h") == [0, 1, 1, 0, 0]  # the two of hour 1 do not see each other
    assert of("entity_count_1d") == [0, 1, 1, 3, 0]
    assert of("entity_sum_7d") == [0, 10, 10, 90, 90]
    assert of("entity_mean_7d")[3] == 30 and of("entity_max_7d")[3] == 60
    assert of("entity_std_7d")[3] == pytest.approx(26.4575, abs=1e-4)
    assert of("entity_ratio")[4] == pytest.approx(1.5)
    assert of("entity_distinct_1d") == [0, 1, 1, 2, 0]
    assert of("pair_count_1d") == [0, 1, 0, 2, 0] and of("pair_new") == [1, 0, 1, 0, 0]
    assert of("pair_since")[4] == 27 * 3600
    assert of("new_trade") == [1, 0, 1, 0, 0]
    # At hour 1 the label of hour 0 is not known yet: strictly before t minus the delay.
    assert of("known_counterparty") == [0, 0, 0, 1, 1]
    assert of("risk_counterparty")[3] == pytest.approx((1 + 20 * 0.1) / (2 + 20))


@settings(max_examples=10)
@given(st.integers(0, 10**6))
def test_the_future_changes_nothing(seed: int) -> None:
    frame = drawn(60, seed)
    now = frame["_time"].median()
    before = frame["_time"] <= now
    other = drawn(60, seed + 1)
    changed = pd.concat([frame[before], other[other["_time"] > now]], ignore_index=True)
    full, gone, instead = (measured(PLAN, each) for each in (frame, frame[before], changed))
    pd.testing.assert_frame_equal(full[before], gone, check_exact=True)
    pd.testing.assert_frame_equal(
        instead.iloc[: len(gone)], gone.reset_index(drop=True), check_exact=True
    )


@settings(max_examples=10)
@given(st.integers(0, 10**6))
def test_labels_younger_than_the_delay_change_nothing(seed: int) -> None:
    frame = drawn(60, seed)
    now = frame["_time"].median()
    young = frame["_time"] >= now - PLAN.delay
    changed = frame.assign(_label=frame["_label"].where(~young, 1 - frame["_label"]))
    seen = frame["_time"] <= now
    pd.testing.assert_frame_equal(
        measured(PLAN, frame)[seen], measured(PLAN, changed)[seen], check_exact=True
    )


def test_labels_old_enough_change_risk_alone() -> None:
    frame = drawn(100)
    all_fraud, none = (measured(PLAN, frame.assign(_label=label)) for label in (1, 0))
    moved = ((all_fraud != none) & none.notna()).any()
    assert set(moved[moved].index) == {name for name in none if name.startswith("_past_risk")}


@settings(max_examples=10)
@given(st.integers(0, 10**6))
def test_the_order_of_rows_changes_nothing_but_order(seed: int) -> None:
    frame = drawn(60, seed)
    shuffled = frame.sample(frac=1, random_state=seed % 1000)
    pd.testing.assert_frame_equal(
        measured(PLAN, shuffled).loc[frame.index], measured(PLAN, frame), check_exact=True
    )


def test_labels_of_uncovered_periods_do_not_count() -> None:
    frame = drawn(200)
    start, end = frame["_time"].quantile([0.2, 0.5])
    plan = replace(PLAN, uncovered=((start, end),))
    pd.testing.assert_frame_equal(measured(plan, frame), looped(plan, frame), rtol=1e-8, atol=1e-5)


def test_no_rows_have_no_past() -> None:
    assert measured(PLAN, drawn(3).iloc[:0]).empty
