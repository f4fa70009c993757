"""Label coverage: gaps are found, quiet files and waves are left alone."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from backend.steps import coverage, days, spans
from backend.steps.canonical import Canonical
from backend.steps.duck import Table
from backend.steps.moments import Clock

DAY = 86_400
START = 1_577_836_800  # 2020-01-01 00:00 UTC, a Wednesday


def by_day(frame: list[tuple[int, int, int, int]]) -> pd.DataFrame:
    return pd.DataFrame(frame, columns=["day", *days.COUNTS])


def implausible(labelled: list[int], frauds: list[int]) -> list[bool]:
    return coverage.implausible(np.array(labelled), np.array(frauds)).tolist()


class TestPeriods:
    def test_a_short_file_is_seen_by_week(self):
        first = START // DAY
        found = coverage.periods(by_day([(first, 10, 10, 1), (first + 182 - 1, 5, 5, 1)]), "date")
        assert (found["end"] - found["start"] == 7 * DAY).all()
        assert pd.Timestamp(found["start"][0], unit="s").day_name() == "Monday"

    def test_half_a_year_is_seen_by_month(self):
        first = START // DAY
        found = coverage.periods(by_day([(first + 3, 10, 8, 1), (first + 200, 5, 0, 0)]), "date")
        assert found["start"].tolist() == [START, START + (31 + 29 + 31 + 30 + 31 + 30) * DAY]
        assert found["end"][0] == START + 31 * DAY
        assert found["covered"].tolist() == [True, False]
        assert found[list(days.COUNTS)].to_numpy().tolist() == [[10, 8, 1], [5, 0, 0]]

    def test_an_elapsed_clock_counts_weeks_from_the_start(self):
        found = coverage.periods(by_day([(0, 4, 4, 1), (6, 4, 4, 0), (7, 4, 0, 0)]), "elapsed")
        assert found["start"].tolist() == [0, 7 * DAY]
        assert found["transactions"].tolist() == [8, 4]

    @pytest.mark.parametrize("clock", ["date", "none"])
    def test_without_times_there_are_none(self, clock):
        assert coverage.periods(by_day([]), clock).empty
        assert coverage.uncovered(coverage.periods(by_day([]), clock)) == []


class TestUncovered:
    def frame(self, *covered: bool) -> pd.DataFrame:
        start = np.arange(len(covered), dtype=float)
        return pd.DataFrame({"start": start, "end": start + 1, "covered": covered})

    def test_neighbours_are_merged(self):
        found = self.frame(True, False, False, True, False)
        assert coverage.uncovered(found) == [(1.0, 3.0), (4.0, 5.0)]

    def test_a_file_without_any_label_has_nothing_to_leave_out(self):
        assert coverage.uncovered(self.frame(False, False)) == []


class TestImplausible:
    def test_one_silent_month_among_twelve(self):
        # 10,000 rows at 0.2%: 20 frauds expected, P(0) = 2e-9.
        assert implausible([10_000] * 12, [20] * 5 + [0] + [20] * 6) == [
            *[False] * 5,
            True,
            *[False] * 6,
        ]

    def test_the_bound_is_one_in_a_thousand(self):
        # 7 expected frauds: P(0) = 0.00091. 6 expected: 0.0025.
        assert implausible([1_000] * 3 + [700], [10, 10, 10, 0])[-1]
        assert not implausible([1_000] * 3 + [600], [10, 10, 10, 0])[-1]

    def test_rare_frauds_grey_nothing(self):
        draw = np.random.default_rng(0)
        frauds = draw.poisson(1.5, 500)
        assert not any(implausible([10_000] * 500, frauds.tolist()))

    def test_a_large_period_is_not_judged_by_the_lucky_small_ones(self):
        # One fraud in each of 5 of 25 small periods: 0.2 a period, so 2 expected in the large one.
        assert not any(implausible([1_000] * 25 + [10_000], [1] * 5 + [0] * 21))

    def test_a_wave_at_the_end_does_not_grey_the_rest(self):
        assert not any(implausible([10_000] * 12, [0] * 10 + [500, 500]))
        assert not any(implausible([10_000] * 12, [0] * 8 + [500] * 4))
        quiet = [1, 0, 2, 0, 1, 1, 0, 3, 0]
        assert not any(implausible([10_000] * 12, [*quiet, 500, 700, 600]))

    def test_quiet_weeks_between_bursts_are_natural(self):
        # Frauds on one card after another, ten each, as in Sparkov's simulation: 15 a week.
        draw = np.random.default_rng(3)
        weeks = [10 * draw.poisson(1.5, 26) for _ in range(200)]
        quiet = sum((frauds == 0).any() for frauds in weeks)
        doubted = sum(any(implausible([2_000] * 26, frauds.tolist())) for frauds in weeks)
        assert quiet == 200
        assert doubted <= 20  # exp(-m) alone doubts every one of them

    def test_a_gap_is_found_between_bursts_too(self):
        draw = np.random.default_rng(4)
        months = 10 * draw.poisson(10, 36)
        months[20:24] = 0
        found = implausible([40_000] * 36, months.tolist())
        assert np.flatnonzero(found).tolist() == [20, 21, 22, 23]

    def test_alternating_periods_tell_nothing(self):
        assert not any(implausible([10_000] * 12, [20, 0] * 6))

    def test_constant_rates_are_hardly_ever_doubted(self):
        draw = np.random.default_rng(1)
        doubted = sum(any(implausible([10_000] * 60, draw.poisson(9, 60))) for _ in range(300))
        assert doubted <= 6  # by chance alone one period in 8,000 is silent: 2 files of 300


def typed(clock: str) -> Canonical:
    return Canonical({"_time": "moment", "_label": "label"}, {}, Clock(clock, "moment", ""))


def test_the_51_silent_months_of_a_long_file_are_found():
    # As IBM's: 30 years, a little over 0.1% fraud, 51 months in which nobody looked.
    draw = np.random.default_rng(2)
    silent = np.sort(draw.choice(348, 51, replace=False))
    months = np.arange("1991-01", "2020-01", dtype="datetime64[M]").astype("datetime64[s]")
    start = pd.Series(months.astype(np.int64), name="start")
    frame = pd.DataFrame({
        "start": start,
        "frauds": np.where(np.isin(range(348), silent), 0, draw.poisson(range(10, 358))),
        "blank": np.isin(range(348), silent[:20]),
    })  # fmt: skip
    connection = duckdb.connect()
    connection.register("months", frame)
    connection.execute(
        "CREATE TABLE made AS SELECT start + row * 250 AS moment, "
        "CASE WHEN blank THEN NULL ELSE CAST(row < frauds AS INT) END AS label "
        "FROM months, range(9000) AS rows(row)"
    )
    found = coverage.find(Table(connection, "made"), typed("date"))
    inside = spans.within(start.to_numpy(float), found)
    assert np.flatnonzero(inside).tolist() == silent.tolist()
