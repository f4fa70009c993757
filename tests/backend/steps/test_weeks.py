"""Weeks begin on Mondays and know whether they are whole."""

import numpy as np
import pandas as pd

from backend.steps import weeks

MONDAY = 1709510400  # 2024-03-04 00:00:00 UTC
DAY = 86_400


def rows(days: list[float], labels: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"_time": [MONDAY + day * DAY for day in days], "_label": labels})


def test_by_date() -> None:
    given = rows([-1, 0, 6.9, 14, 20.5], [1, 0, 1, np.nan, 1])

    counted = weeks.count(given, "date")

    assert list(counted["start"].astype(str)) == [
        "2024-02-26", "2024-03-04", "2024-03-11", "2024-03-18",
    ]  # fmt: skip
    assert list(counted["transactions"]) == [1, 2, 0, 2]
    assert list(counted["frauds"]) == [1, 1, 0, 1]
    assert list(counted["complete"]) == [False, True, True, True]  # the first has a Sunday only


def test_by_seconds_since_the_start() -> None:
    given = pd.DataFrame({"_time": [0.0, 8 * DAY, np.nan], "_label": [0, 1, 1]})

    counted = weeks.count(given, "elapsed")

    assert list(counted["start"]) == [0.0, 7.0]
    assert list(counted["frauds"]) == [0, 1]
    assert list(counted["complete"]) == [True, False]


def test_without_time_there_are_no_weeks() -> None:
    assert weeks.count(rows([0], [1]), "none").empty
    assert list(weeks.count(rows([0], [1]), "none").columns) == list(
        weeks.count(rows([0], [1]), "date").columns
    )


def test_a_stray_date_does_not_draw_a_century() -> None:
    assert len(weeks.count(rows([0, 365 * 200], [0, 0]), "date")) == 2
