"""A transaction as a vector: alone as in bulk, finite, restored as stored."""

import json

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.steps.columns import Column, Role
from backend.steps.encode import Encoder
from tests.workers.learning import COLUMNS, simulated

FRAME = simulated(1_000)
ENCODER = Encoder.fit(FRAME, COLUMNS, "date")


@given(row=st.integers(0, 999))
@settings(max_examples=30)
def test_one_row_alone_reads_as_it_does_in_bulk(row):
    assert np.array_equal(ENCODER.apply(FRAME.iloc[[row]])[0], ENCODER.apply(FRAME)[row])


def test_what_people_wrote_counts():
    rows = FRAME[FRAME["memo"] != FRAME["memo"].iloc[0]].head(1)
    other = rows.assign(memo=FRAME["memo"].iloc[0])
    assert not np.array_equal(ENCODER.apply(rows), ENCODER.apply(other))


def test_a_model_stored_before_words_were_read_reads_as_it_did():
    stored = ENCODER.to_plain()
    del stored["words"]
    before = Encoder.from_plain(stored).apply(FRAME)
    assert np.array_equal(before, ENCODER.apply(FRAME)[:, : before.shape[1]])


def test_every_place_is_finite_even_where_values_are_missing():
    frame = simulated(300)
    encoder = Encoder.fit(frame, COLUMNS, "date")
    empty = frame.assign(_amount=np.nan, _time=np.nan, distance=np.nan, shop=None)
    assert np.isfinite(encoder.apply(empty)).all()


def test_a_feature_of_the_past_takes_a_place_and_another_where_it_may_be_missing():
    frame = simulated(300).assign(_past_a=np.arange(300.0), _past_b=[np.nan, 7.0, 1e9] * 100)
    columns = (*COLUMNS, *(Column(f"_past_{name}", Role.NUMBER, "") for name in "ab"))
    encoder = Encoder.fit(frame, columns, "date")
    known, missing = encoder.profile.past
    assert [known.gaps, missing.gaps] == [False, True]
    own = encoder.apply(frame)[:, Encoder.fit(frame, COLUMNS, "date").apply(frame).shape[1] :]
    a, b, unknown = own.T
    assert (np.diff(a) > 0).all() and abs(a.std() - 1) < 1e-5
    assert unknown.tolist() == [1, 0, 0] * 100 and (b[::3] == 0).all()
    far = frame.head(1).assign(_past_a=1e300, _past_b=np.inf)
    assert np.isfinite(encoder.apply(far)).all()


def test_what_somebody_did_before_gives_nobody_away():
    frame = simulated(900)
    frame["_past_a"] = pd.factorize(frame["_entity"])[0].astype(np.float32)
    frame["_past_b"] = frame["_past_a"] * 0
    columns = (*COLUMNS, *(Column(f"_past_{name}", Role.NUMBER, "") for name in "ab"))
    profile = Encoder.fit(frame, columns, "date").profile
    assert [each.name for each in profile.past] == ["_past_a"]
    assert profile.left_out == {"_past_b": "It never varies."}
    named = (*COLUMNS, Column("mine", Role.NUMBER, ""))
    found = Encoder.fit(frame.rename(columns={"_past_a": "mine"}), named, "date").profile
    assert "name it" in found.left_out["mine"]


def test_no_row_gives_no_vector_of_the_same_width():
    frame = simulated(300)
    encoder = Encoder.fit(frame, COLUMNS, "date")
    assert encoder.apply(frame.head(0)).shape == (0, encoder.apply(frame).shape[1])


def test_survives_its_plain_form():
    encoder = Encoder.fit(simulated(300), COLUMNS, "date")
    assert Encoder.from_plain(json.loads(json.dumps(encoder.to_plain()))) == encoder
