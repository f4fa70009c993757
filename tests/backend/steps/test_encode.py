"""A transaction as a vector: alone as in bulk, finite, restored as stored."""

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.steps.encode import Encoder
from tests.workers.learning import COLUMNS, simulated


@given(row=st.integers(0, 999))
@settings(max_examples=30)
def test_one_row_alone_reads_as_it_does_in_bulk(row):
    frame = simulated(1_000)
    encoder = Encoder.fit(frame, COLUMNS, "date")
    assert np.array_equal(encoder.apply(frame.iloc[[row]])[0], encoder.apply(frame)[row])


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
