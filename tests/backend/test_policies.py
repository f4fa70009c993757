"""Thresholds with who, when and why, by version, on SQLite and on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from backend import attempts, policies
from backend.errors import ModelNotReady, RunNotFound, TouchstoneError
from tests.backend.launching import claimed

INPUTS = {"recovery": 0.2, "review": 9.0, "capacity": 120.0}


@pytest.fixture
def finished(each_house) -> int:
    attempt = claimed()
    attempts.succeed(attempt.run_id, attempt.number)
    return attempt.run_id


def test_before_the_first_one_there_is_none(finished) -> None:
    assert policies.newest(finished) is None
    assert policies.history(finished) == []


def test_a_saved_threshold_is_in_force_with_who_when_and_why(finished) -> None:
    saved = policies.save(finished, 0.62, INPUTS, " M. Huber", "fits three\nreviewers")
    assert policies.newest(finished) == saved
    assert (saved.version, saved.threshold, saved.inputs) == (1, 0.62, INPUTS)
    assert (saved.chosen_by, saved.why) == ("M. Huber", "fits three reviewers")
    assert abs(datetime.now(UTC) - saved.created_at) < timedelta(minutes=5)


def test_versions_count_up_for_each_run_alone(finished) -> None:
    for threshold in (0.5, 0.6, 0.7):
        policies.save(finished, threshold, INPUTS, "M. Huber", "try")
    other = claimed("another")
    attempts.succeed(other.run_id, other.number)
    assert policies.save(other.run_id, 0.1, INPUTS, "M. Huber", "first").version == 1
    told = [(each.version, each.threshold) for each in policies.history(finished)]
    assert told == [(3, 0.7), (2, 0.6), (1, 0.5)]
    assert [each.version for each in policies.history(finished, at_most=2)] == [3, 2]


def test_an_older_version_comes_back_as_the_newest(finished) -> None:
    first = policies.save(finished, 0.5, INPUTS, "M. Huber", "start")
    policies.save(finished, 0.9, {**INPUTS, "review": 20.0}, "A. Gruber", "less work")
    back = policies.restore(finished, 1, "A. Gruber", "too much was missed")
    assert (back.version, back.threshold, back.inputs) == (3, 0.5, INPUTS)
    assert back.why == "too much was missed"
    assert policies.history(finished)[-1] == first


def test_two_at_once_get_two_versions(finished) -> None:
    def save(number: int) -> int:
        return policies.save(finished, 0.5, INPUTS, f"person {number}", "at once").version

    with ThreadPoolExecutor(6) as people:
        assert sorted(people.map(save, range(6))) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_what_is_no_score_is_refused(finished, threshold) -> None:
    with pytest.raises(TouchstoneError, match="from 0 to 1"):
        policies.save(finished, threshold, INPUTS, "M. Huber", "try")
    assert policies.newest(finished) is None


def test_a_decision_nobody_signed_is_refused(finished) -> None:
    with pytest.raises(TouchstoneError, match="name"):
        policies.save(finished, 0.5, INPUTS, "", "try")
    with pytest.raises(TouchstoneError, match="no threshold version 4"):
        policies.restore(finished, 4, "M. Huber", "try")
    assert policies.newest(finished) is None


def test_only_a_finished_model_has_a_threshold(each_house) -> None:
    running = claimed()
    with pytest.raises(ModelNotReady):
        policies.save(running.run_id, 0.5, INPUTS, "M. Huber", "try")
    with pytest.raises(RunNotFound):
        policies.save(99, 0.5, INPUTS, "M. Huber", "try")
