"""Days without transactions are told when the file usually has some; jumps when tenfold."""

from datetime import UTC, datetime, timedelta

from backend.steps.checkup import Severity
from backend.steps.columns import Role
from backend.steps.pauses import gaps, jumps, no_time_of_day
from tests.backend.steps.outlines import outlined

MONDAY = datetime(2024, 3, 4, 9, 30, tzinfo=UTC)


def written(counts, start=MONDAY, way="%Y-%m-%d %H:%M:%S"):
    """Rows a day, as times."""
    days = [start + timedelta(days=day) for day, number in enumerate(counts) for _ in range(number)]
    return {"at": (Role.TIME, [f"{day:{way}}" for day in days])}


def found(folder, finding, columns):
    with outlined(folder, columns) as outline:
        return list(finding(outline))


class TestGaps:
    def test_are_counted_and_dated(self, tmp_path):
        (problem,) = found(tmp_path, gaps, written([8] * 10 + [0] * 3 + [8] * 5 + [0] + [8] * 9))
        assert problem.title == "4 days without a transaction"
        assert "3 days, 14 Mar 2024 to 16 Mar 2024" in problem.detail
        assert problem.severity is Severity.NOTE
        assert [example.line for example in problem.examples] == [74, 82]

    def test_of_a_week_are_a_warning(self, tmp_path):
        (problem,) = found(tmp_path, gaps, written([8] * 10 + [0] * 7 + [8] * 10))
        assert problem.severity is Severity.WARNING

    def test_are_no_weekends(self, tmp_path):
        assert found(tmp_path, gaps, written(([9] * 5 + [0] * 2) * 4)) == []

    def test_are_not_told_of_a_quiet_file(self, tmp_path):
        assert found(tmp_path, gaps, written([1, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1])) == []

    def test_of_counted_time_name_the_day(self, tmp_path):
        steps = [hour for hour in range(480) if not 100 <= hour < 200]
        (problem,) = found(tmp_path, gaps, {"step": (Role.TIME, steps)})
        assert "3 days, day 6 to day 8" in problem.detail

    def test_are_not_told_where_the_clock_counts_months(self, tmp_path):
        months = [month for month in range(8) for _ in range(50)]
        assert found(tmp_path, gaps, {"month": (Role.TIME, months)}) == []

    def test_need_a_time(self, tmp_path):
        assert found(tmp_path, gaps, {"amount": (Role.AMOUNT, [1, 2])}) == []


class TestJumps:
    def test_are_told_when_tenfold(self, tmp_path):
        (problem,) = found(tmp_path, jumps, written([10] * 21 + [120] * 14))
        assert problem.title == "From 70 to 840 transactions within a week"
        assert "25 Mar 2024" in problem.detail

    def test_are_not_told_of_growth(self, tmp_path):
        assert found(tmp_path, jumps, written([10] * 14 + [40] * 14 + [90] * 14)) == []

    def test_need_four_weeks(self, tmp_path):
        assert found(tmp_path, jumps, written([10] * 7 + [300] * 7)) == []


class TestNoTimeOfDay:
    def test_is_told_of_dates(self, tmp_path):
        (problem,) = found(tmp_path, no_time_of_day, written([2] * 4, way="%Y-%m-%d"))
        assert (problem.count, problem.column) == (8, "at")

    def test_is_not_told_of_times(self, tmp_path):
        assert found(tmp_path, no_time_of_day, written([2] * 4)) == []

    def test_is_not_told_of_one_day_or_counted_time(self, tmp_path):
        assert found(tmp_path, no_time_of_day, written([5], way="%Y-%m-%d")) == []
        assert found(tmp_path, no_time_of_day, {"day": (Role.TIME, [1, 2, 3])}) == []
