"""Texts as earlier runs learned from them: they must not change."""

import numpy as np

from backend.steps.serialise import Serialiser
from tests.workers.learning import COLUMNS, START, simulated


def texts(**cells):
    frame = simulated(2_000)
    serialiser = Serialiser.fit(frame, COLUMNS, "date", style="bands")
    return serialiser.apply(frame.head(1).assign(**cells))[0].split()


def test_writes_bands_the_rounded_amount_and_every_word():
    words = texts(
        _amount=843.2, _time=START + 23 * 3600, shop="gas-transport", distance=20.0, memo="Rent"
    )
    band, hour, weekday, distance, amount, *rest = words
    assert int(band) >= 95
    assert (hour, weekday, amount) == ("23", "tuesday", "840")
    assert 0 <= int(distance) <= 99
    assert rest == ["gas", "transport", "Rent"]


def test_what_is_missing_is_none_each_time():
    words = texts(_amount=np.nan, _time=np.nan, distance=np.nan, shop=None, memo=None)
    assert words == ["none"] * 7


def test_an_amount_below_zero_is_minus():
    assert texts(_amount=-12.6)[4:6] == ["minus", "13"]
