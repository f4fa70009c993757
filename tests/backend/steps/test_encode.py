"""A transaction as a vector: alone as in bulk, finite, restored as stored."""

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.steps.encode import Encoder
from tests.workers.learning import COLUMNS, simulated

FRAME = simulated(1_000)
ENCODER = Encoder.fit(FRAME, COLUMNS, "date")


@given(row=st.integers(0, 999))
@settings(max_examples=30, deadline=None)
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


def test_no_row_gives_no_vector_of_the_same_width():
    frame = simulated(300)
    encoder = Encoder.fit(frame, COLUMNS, "date")
    assert encoder.apply(frame.head(0)).shape == (0, encoder.apply(frame).shape[1])


def test_survives_its_plain_form():
    encoder = Encoder.fit(simulated(300), COLUMNS, "date")
    assert Encoder.from_plain(json.loads(json.dumps(encoder.to_plain()))) == encoder
