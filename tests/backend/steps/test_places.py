"""Coordinates are known by header and range; distances are those on a sphere."""

import numpy as np
import pandas as pd
import pytest

from backend.steps.places import find, kilometres

FRAME = pd.DataFrame({
    "lat": [48.1, 52.5, 48.1],
    "long": [11.6, 13.4, 11.6],
    "merch_lat": [48.2, 52.6, 47.0],
    "merch_long": [11.5, 13.5, 11.0],
    "shopLatitude": [1.0, 2.0, 95.0],
    "shopLongitude": [1.0, 2.0, 3.0],
    "flat": [1.0, 2.0, 3.0],
    "along": [1.0, 2.0, 3.0],
    "homeLat": [5.0, 5.0, 5.0],
    "homeLng": [5.0, 5.0, 5.0],
})  # fmt: skip


def test_pairs_are_found_by_header_and_range_the_most_varied_first() -> None:
    assert find(FRAME, list(FRAME)) == (("merch_lat", "merch_long"), ("lat", "long"))
    assert find(FRAME, ["lat", "merch_long"]) == ()
    assert find(FRAME[:2], ["shopLatitude", "shopLongitude"]) == (
        ("shopLatitude", "shopLongitude"),
    )
    assert find(FRAME[:2], ["homeLat", "homeLng"]) == ()  # never varies


def test_known_distances() -> None:
    munich, berlin = (48.137, 11.575), (52.520, 13.405)
    assert kilometres(*munich, *berlin) == pytest.approx(504.4, abs=0.5)
    assert kilometres(0.0, 179.5, 0.0, -179.5) == pytest.approx(111.19, abs=0.01)
    assert kilometres(90.0, 0.0, -90.0, 0.0) == pytest.approx(np.pi * 6371)
    assert kilometres(*munich, *munich) == 0
    assert np.isnan(kilometres(*munich, np.nan, 1.0))
