"""A test part without frauds is told, and so is a rate no stream of payments has."""

import pytest

from backend.steps.balance import quiet_end, sampled
from backend.steps.columns import Role
from tests.backend.steps.outlines import outlined


def found(folder, finding, fraud):
    columns = {"step": (Role.TIME, range(len(fraud))), "fraud": (Role.LABEL, fraud)}
    with outlined(folder, columns) as outline:
        return list(finding(outline))


class TestQuietEnd:
    def test_is_told_when_no_fraud_is_left_for_testing(self, tmp_path):
        (problem,) = found(tmp_path, quiet_end, [1] * 20 + [0] * 180)
        assert problem.title == "The last 15% by time hold none of the 20 frauds"
        assert "those 30 rows" in problem.detail
        assert [example.line for example in problem.examples] == [19, 20, 21]

    def test_is_told_of_a_handful(self, tmp_path):
        (problem,) = found(tmp_path, quiet_end, [1] * 20 + [0] * 171 + [1] * 9)
        assert problem.title == "The last 15% by time hold only 9 of the 29 frauds"
        assert problem.count == 9

    def test_is_not_told_when_there_are_enough(self, tmp_path):
        assert found(tmp_path, quiet_end, [0, 1] * 100) == []

    @pytest.mark.parametrize("fraud", [[0] * 50, [None] * 50, []])
    def test_needs_a_fraud(self, tmp_path, fraud):
        assert found(tmp_path, quiet_end, fraud) == []


@pytest.mark.parametrize(("frauds", "told"), [(30, 1), (4, 0), (0, 0)])
def test_a_rate_of_five_percent_is_told(tmp_path, frauds, told):
    assert len(found(tmp_path, sampled, [1] * frauds + [0] * (100 - frauds))) == told
