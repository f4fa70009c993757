"""Weeks begin on Mondays and know whether they are whole."""

import duckdb
import pandas as pd

from backend.steps import days, weeks
from backend.steps.duck import Table

MONDAY = 1709510400  # 2024-03-04 00:00:00 UTC
DAY = 86_400


def counted(times: list[float | None], labels: list[int | None]) -> pd.DataFrame:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE rows (_time DOUBLE, _label TINYINT)")
    connection.executemany("INSERT INTO rows VALUES (?, ?)", list(zip(times, labels, strict=True)))
    return days.count(Table(connection, "rows"))


def test_days_are_counted() -> None:
    found = counted([0.0, DAY - 0.5, DAY, -1.0, None], [1, None, 0, 1, 1])

    assert found.to_numpy().tolist() == [[-1, 1, 1, 1], [0, 2, 1, 1], [1, 1, 1, 0]]


def test_by_date() -> None:
    times = [MONDAY + day * DAY for day in (-1, 0, 6.9, 14, 20.5)]

    found = weeks.count(counted(times, [1, 0, 1, None, 1]), "date")

    assert list(found["start"].astype(str)) == [
        "2024-02-26", "2024-03-04", "2024-03-11", "2024-03-18",
    ]  # fmt: skip
    assert list(found["transactions"]) == [1, 2, 0, 2]
    assert list(found["labelled"]) == [1, 2, 0, 1]
    assert list(found["frauds"]) == [1, 1, 0, 1]
    assert list(found["complete"]) == [False, True, True, True]  # the first has a Sunday only


def test_by_seconds_since_the_start() -> None:
    found = weeks.count(counted([0.0, 8 * DAY, None], [0, 1, 1]), "elapsed")

    assert list(found["start"]) == [0.0, 7.0]
    assert list(found["frauds"]) == [0, 1]
    assert list(found["complete"]) == [True, False]


def test_without_time_there_are_no_weeks() -> None:
    one = counted([MONDAY], [1])
    assert weeks.count(one, "none").empty
    assert weeks.count(one[:0], "date").empty
    assert list(weeks.count(one, "none").columns) == list(weeks.count(one, "date").columns)


def test_a_stray_date_does_not_draw_a_century() -> None:
    assert len(weeks.count(counted([MONDAY, MONDAY + 365 * 200 * DAY], [0, 0]), "date")) == 2


def weekly(frauds: list[int], rows: int = 1_000) -> pd.DataFrame:
    start = pd.date_range("2024-03-04", periods=len(frauds), freq="7D")
    frame = pd.DataFrame({"start": start, "transactions": rows, "labelled": rows})
    return frame.assign(frauds=frauds, complete=True)


def test_many_weeks_are_put_together() -> None:
    found, many = weeks.thinned(weekly([1, 2, 3, 4, 5]), at_most=3)

    assert many == 2
    assert list(found["start"].astype(str)) == ["2024-03-04", "2024-03-18", "2024-04-01"]
    assert list(found["frauds"]) == [3, 7, 5]
    assert list(found["transactions"]) == [2_000, 2_000, 1_000]
    assert list(found["complete"]) == [True, True, False]  # the last has one week only
    assert weeks.thinned(weekly([1, 2]), at_most=3)[1] == 1


def test_a_peak_is_told_only_where_it_is_sure() -> None:
    assert weeks.peak(weekly([*[10, 12] * 9, 90, 9])) == 18
    assert weeks.peak(weekly([*[10, 12] * 9, 20, 9])) is None
    assert weeks.peak(weekly([10, 90, 9])) is None  # three weeks do not tell a peak from a burst
    assert weeks.peak(weekly([0, 0])) is None
    assert weeks.peak(weekly([])) is None
