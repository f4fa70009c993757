"""Vectors read a few rows at a time are those of all rows at once."""

import numpy as np

from backend.steps.encode import Encoder
from tests.workers.learning import COLUMNS, lesson, simulated
from workers.steps import read, vectors


def test_pieces_give_what_the_whole_gives(tmp_path, monkeypatch):
    given, _ = lesson(tmp_path, simulated(500))
    encoder = Encoder.fit(given.train.frame(), COLUMNS, "date")
    whole = encoder.apply(given.train.frame())
    monkeypatch.setattr(read, "ROWS_AT_ONCE", 64)
    found = vectors.of(encoder, given.train)
    assert found.dtype == np.float32 and np.array_equal(found, whole)
    assert vectors.of(encoder, given.train.some(np.arange(0))).shape == (0, whole.shape[1])
