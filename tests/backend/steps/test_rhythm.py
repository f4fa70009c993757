"""Hours and weekdays: counted as pandas counts them, and a peak only where it is sure."""

import numpy as np
import pandas as pd
import pytest

from backend.steps import rhythm
from tests.backend.steps.drawn import drawn, table_of

MONDAY = 1709510400  # 2024-03-04 00:00:00 UTC
TIMED = "_time DOUBLE, _label TINYINT"


def test_by_hand():
    given = f"({MONDAY}, 1), ({MONDAY + 3_599.5}, NULL), ({MONDAY - 1}, 0), (NULL, 1)"
    found = rhythm.count(table_of(TIMED, given), "date").set_index(["weekday", "hour"])
    assert len(found) == 168
    assert found.loc[(0, 0)].tolist() == [2, 1, 1]
    assert found.loc[(6, 23)].tolist() == [1, 1, 0]
    assert found.sum().tolist() == [3, 2, 1]


@pytest.mark.parametrize("seed", range(3))
def test_as_pandas_counts(seed):
    table, frame = drawn(seed)
    timed = frame.dropna(subset=["_time"])
    when = pd.DatetimeIndex(pd.to_datetime(timed["_time"].to_numpy(float), unit="s"))
    fraud = (timed["_label"] == 1).fillna(False).to_numpy(int)
    hours = pd.DataFrame({"weekday": when.day_of_week, "hour": when.hour, "fraud": fraud})
    wanted = hours.groupby(["weekday", "hour"])["fraud"].agg(["size", "sum"])
    found = rhythm.count(table, "date").set_index(["weekday", "hour"])
    seen = found[found["transactions"] > 0]
    assert seen["transactions"].tolist() == wanted["size"].tolist()
    assert seen["frauds"].tolist() == wanted["sum"].tolist()


def test_an_elapsed_clock_counts_days_since_the_start():
    found = rhythm.count(table_of(TIMED, "(0, 1), (90000, 0), (691200, 0)"), "elapsed")
    busy = found[found["transactions"] > 0]
    assert busy[["weekday", "hour"]].to_numpy().tolist() == [[0, 0], [1, 0], [1, 1]]


def test_without_times_there_is_nothing():
    found = rhythm.count(table_of(TIMED, "(NULL, 1)"), "none")
    assert found.empty
    assert not rhythm.has_hours(found)


def counted(frauds: list[int], rows: int = 10_000) -> pd.DataFrame:
    """Counts of 24 hours, all on one day."""
    hours = pd.DataFrame({"weekday": 0, "hour": range(24), "transactions": rows, "labelled": rows})
    return hours.assign(frauds=frauds)


class TestPeak:
    def test_runs_over_midnight(self):
        found = counted([200, 200, 200, *[10] * 19, 200, 200])
        assert rhythm.peak(found) == (22, 3)
        frauds, rows = rhythm.share_within(found, (22, 3))
        assert frauds == pytest.approx(1000 / 1190)
        assert rows == pytest.approx(5 / 24)

    def test_is_the_longest_stretch(self):
        assert rhythm.peak(counted([*[10] * 5, 300, *[10] * 6, 200, 200, *[10] * 10])) == (12, 14)

    def test_is_not_told_of_chance(self):
        draw = np.random.default_rng(0)
        told = sum(
            rhythm.peak(counted(draw.poisson(20, 24).tolist())) is not None for _ in range(200)
        )
        assert told <= 16  # 5% of 200, and some

    @pytest.mark.parametrize("frauds", [[0] * 24, [50] * 24])
    def test_is_not_told_where_every_hour_is_alike(self, frauds):
        assert rhythm.peak(counted(frauds)) is None


def test_dates_without_hours_have_none():
    alone = counted([0] * 24, 0)
    alone.loc[0, "transactions"] = 500
    assert not rhythm.has_hours(alone)
    assert rhythm.has_hours(counted([0] * 24))
