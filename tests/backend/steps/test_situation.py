"""What a model reads of a row is the same alone and in bulk, and knows nothing of the future."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.steps.events import Events
from backend.steps.fields import Fields
from backend.steps.situation import GAP_STEPS, SIDES, Rows, gap_place, width
from tests.backend.steps.looped import COLUMNS, drawn

READ = Fields.fit(drawn(400, seed=3), COLUMNS, "date", bins=16, depth=4)


def read(frame: pd.DataFrame, events: Events) -> tuple[np.ndarray, np.ndarray]:
    rows = Rows.of(READ, events, frame)
    return rows.row, rows.past(READ, events)


@given(st.integers(0, 10**6), st.integers(1, 50))
def test_one_row_alone_equals_the_row_in_bulk(seed, rows):
    frame = drawn(rows, seed)
    events = Events.of(READ, [frame])
    row, past = read(frame, events)
    for at in range(0, rows, 7):
        alone = read(frame.iloc[[at]].assign(_label=None), events)
        assert np.array_equal(alone[0][0], row[at])
        assert np.array_equal(alone[1][0], past[at])


@given(st.integers(0, 10**6), st.integers(2, 50))
def test_the_future_changes_nothing(seed, rows):
    frame = drawn(rows, seed).sort_values("_time")
    now = frame["_time"].iloc[rows // 2]
    changed = frame.copy()
    later = (changed["_time"] >= now).to_numpy()
    changed.loc[later, "_amount"] = 1e6
    changed.loc[later, "_entity"] = frame["_entity"].iloc[0]
    asked = frame[(frame["_time"] <= now).to_numpy()]
    before, after = (read(asked, Events.of(READ, [each])) for each in (frame, changed))
    assert np.array_equal(before[0], after[0])
    assert np.array_equal(before[1], after[1])


def test_an_hour_ago_at_the_same_shop_for_half_the_money():
    frame = drawn(2, seed=0).assign(
        _entity="card", _time=[0.0, 3600.0], _amount=[9.0, 19.0], _counterparty="shop"
    )
    past = read(frame, Events.of(READ, [frame]))[1]
    assert past.shape == (2, READ.depth, width(READ))
    assert not past[0].any()
    assert not past[1, 1:].any()
    there, gap, same, ratio, sine, cosine, between = past[1, 0, :SIDES]
    assert (there, same, sine, cosine) == (1, 1, 0, 1)
    assert gap == pytest.approx(16 * np.log(60) / np.log(86_400))
    assert ratio == pytest.approx(np.log(2))
    assert between == pytest.approx(np.cos(2 * np.pi / 24))


def test_gaps_are_told_apart_between_a_minute_and_two_months():
    found = gap_place(np.array([1.0, 60.0, 60 * 86_400.0, 1e9]))
    assert found.tolist() == pytest.approx([0, 0, GAP_STEPS, GAP_STEPS])


def test_nothing_is_read_of_nothing():
    frame = drawn(5, seed=0)
    row, past = read(frame.iloc[:0], Events.of(READ, [frame]))
    assert len(row) == len(past) == 0
