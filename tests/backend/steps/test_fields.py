"""Numbers become places among quantiles, words become codes, as the training part taught."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.steps.columns import Column, Role
from backend.steps.fields import ABSENT, DISTANCE, PAST_BINS, Fields, Scale, has_history
from tests.backend.steps.looped import COLUMNS, drawn

READ = Fields.fit(drawn(400, seed=3), COLUMNS, "date", bins=16, depth=4)


def test_a_value_lies_between_its_neighbours():
    scale = Scale("x", (0.0, 10.0, 30.0))
    found = scale.place(np.array([-5, 0, 5, 20, 30, 99, np.nan, np.inf]))
    assert found.tolist() == [0, 0, 0.5, 1.5, 2, 2, ABSENT, ABSENT]


def test_a_column_that_was_never_known_is_always_absent():
    scale = Scale.fit("x", np.full(3, np.nan), bins=16)
    assert scale.steps == 0
    assert scale.place(np.array([1.0, np.nan])).tolist() == [ABSENT, ABSENT]


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60), st.integers(8, 40))
def test_places_rise_with_values_and_fill_the_scale(values, bins):
    scale = Scale.fit("x", np.array(values), bins)
    assert scale.steps <= bins
    found = scale.place(np.sort(values))
    assert np.all(np.diff(found) >= 0)
    assert found[0] == 0
    assert found[-1] == scale.steps


def test_words_are_known_by_name_unknown_or_missing():
    frame = drawn(3, seed=1).assign(trade=[READ.profile.categories[0].known[1], "never met", None])
    assert READ.codes(frame)[:, 0].tolist() == [3, 1, 0]


def test_reads_the_way_between_two_places():
    assert [scale.name for scale in READ.scales][-1] == DISTANCE
    frame = drawn(1, seed=1).assign(lat=0.0, long=0.0, home_lat=0.0, home_long=90.0)
    assert READ.numbers(frame)[0, -1] == READ.scales[-1].steps  # farther than any it learned from


def test_features_of_the_past_are_scales_that_are_not_followed():
    frame = drawn(400, seed=3)
    label = frame["_label"].to_numpy(dtype=np.float64, na_value=0)
    told = frame.assign(_past_a=label, _past_b=np.where(label == 1, np.nan, np.arange(400)))
    columns = (*COLUMNS, *(Column(f"_past_{name}", Role.NUMBER, "") for name in "ab"))
    read = Fields.fit(told, columns, "date", bins=16, depth=4)
    assert [scale.name for scale in read.scales[-2:]] == ["_past_a", "_past_b"]
    assert read.scales[:-2] == READ.scales and read.followed == READ.followed
    assert read.numbers(told)[:, -2].tolist() == label.tolist()
    finer = Scale.fit("_past_b", told["_past_b"].to_numpy(), bins=16)
    assert read.scales[-1].steps <= PAST_BINS < finer.steps


def test_survives_the_way_through_json():
    stored = json.loads(json.dumps(READ.to_plain()))
    assert Fields.from_plain(stored, READ.profile) == READ


def test_a_row_is_read_by_itself():
    frame = drawn(50, seed=2)
    for read in (READ.numbers, READ.codes, READ.alone):
        whole = read(frame)
        assert np.array_equal(whole[7:8], read(frame.iloc[[7]]))
        assert read(frame.iloc[:0]).shape == (0, whole.shape[1])


def test_no_history_without_time_entity_or_anybody_who_comes_back():
    frame = drawn(60, seed=4)
    assert has_history(frame)
    assert not has_history(frame.assign(_entity=None))
    assert not has_history(frame.assign(_time=np.nan))
    assert not has_history(frame.assign(_entity=[f"once {n}" for n in range(60)]))


def test_nothing_is_fitted_on_no_row():
    with pytest.raises(ValueError, match="training row"):
        Fields.fit(pd.DataFrame(drawn(1, seed=0).iloc[:0]), COLUMNS, "date", bins=8, depth=2)
