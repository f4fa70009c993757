"""Risk knows a label only once the delay has passed, and little from few labels."""

import numpy as np
import pytest

from backend.steps.risk import STRENGTH, known
from backend.steps.velocity import look_back

TIME = np.array([0.0, 10.0, 20.0, 30.0])
LABEL = np.array([1.0, np.nan, 0.0, 1.0])


def labels_and_frauds(delay: float, window: float | None = None) -> list[tuple[int, int]]:
    past = look_back(np.zeros(4, dtype=np.int64), TIME, np.arange(4))
    said = known(LABEL, TIME, past, delay, window)
    return list(zip(said.labels.tolist(), said.frauds.tolist(), strict=True))


def test_a_label_is_known_strictly_after_its_delay() -> None:
    assert labels_and_frauds(0) == [(0, 0), (1, 1), (1, 1), (2, 1)]
    assert labels_and_frauds(10) == [(0, 0), (0, 0), (1, 1), (1, 1)]
    assert labels_and_frauds(9.9) == [(0, 0), (1, 1), (1, 1), (2, 1)]
    assert labels_and_frauds(99) == [(0, 0)] * 4


def test_a_window_lies_before_the_delay() -> None:
    assert labels_and_frauds(5, window=10) == [(0, 0), (1, 1), (0, 0), (1, 0)]


def test_the_rate_is_drawn_towards_the_prior() -> None:
    past = look_back(np.zeros(4, dtype=np.int64), TIME, np.arange(4))
    rate = known(LABEL, TIME, past, 0).rate(0.01)
    assert rate[0] == pytest.approx(0.01)
    assert rate[3] == pytest.approx((1 + STRENGTH * 0.01) / (2 + STRENGTH))
