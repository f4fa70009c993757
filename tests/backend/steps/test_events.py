"""Looking back finds the last earlier events of the same entity, as a plain loop does."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.steps.events import NOBODY, Events, hashes
from backend.steps.fields import Fields
from tests.backend.steps.looped import COLUMNS, drawn

READ = Fields.fit(drawn(400, seed=3), COLUMNS, "date", bins=16, depth=4)


def events_of(frame: pd.DataFrame) -> Events:
    return Events.of(READ, [frame.iloc[:9], frame.iloc[9:]])


@given(st.integers(0, 10**6), st.integers(1, 60), st.integers(1, 6))
def test_equals_a_plain_loop(seed, rows, depth):
    frame = drawn(rows, seed)
    events = events_of(frame)
    time = frame["_time"].to_numpy(dtype=float, na_value=np.nan)
    found = events.look_back(hashes(frame["_entity"]), time, depth)
    for at, (who, when) in enumerate(zip(frame["_entity"], time, strict=True)):
        earlier = [] if pd.isna(who) else sorted(time[(frame["_entity"] == who) & (time < when)])
        back = found[at][found[at] >= 0]
        assert events.time[back].tolist() == earlier[::-1][:depth]
        assert np.all(found[at][len(back) :] == -1)


def test_equal_times_do_not_see_each_other():
    frame = drawn(3, seed=0).assign(_entity="one", _time=[5.0, 5.0, 6.0])
    events = events_of(frame)
    found = events.look_back(hashes(frame["_entity"]), frame["_time"].to_numpy(), 3)
    assert (found >= 0).sum(axis=1).tolist() == [0, 0, 2]


def test_lies_on_disk_as_it_was(tmp_path):
    events = events_of(drawn(80, seed=5))
    events.write(tmp_path / "events")
    again = Events.open(tmp_path / "events")
    for name, values in vars(events).items():
        assert np.array_equal(values, getattr(again, name), equal_nan=name == "size")
    with pytest.raises(FileExistsError):
        events.write(tmp_path / "events")


def test_the_same_name_has_the_same_hash_whoever_else_is_there():
    alone, among = hashes(pd.Series(["b"])), hashes(pd.Series(["a", None, "b", "b"]))
    assert among[2] == among[3] == alone[0]
    assert among[1] == NOBODY
    assert among[0] != among[2]
    assert hashes(pd.Series([], dtype=object)).shape == (0,)
