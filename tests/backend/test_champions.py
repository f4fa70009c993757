"""Who is champion of a dataset, made when, by whom and why, on SQLite and on PostgreSQL."""

import pytest

from backend import attempts, champions, runs
from backend.errors import ModelNotReady, RunNotFound, TouchstoneError
from tests.backend.launching import add_dataset, claimed, launch, offer


def finished(key: str, dataset_id: int) -> int:
    run_id = launch(key, dataset_id)
    attempt = attempts.claim(run_id, "worker-1")
    attempts.succeed(run_id, attempt.number)
    return run_id


@pytest.fixture
def dataset(each_house) -> int:
    offer()
    return add_dataset()


def test_a_dataset_without_a_decision_has_none(dataset) -> None:
    finished("a", dataset)
    assert champions.of(dataset) is None and champions.history(dataset) == []
    assert champions.newest() is None


def test_the_last_one_made_stands_and_all_are_kept(dataset) -> None:
    first, second = finished("a", dataset), finished("b", dataset)
    made = champions.make(first, "M. Huber", "the first one")
    assert champions.of(dataset) == made
    assert (made.run_id, made.chosen_by, made.why) == (first, "M. Huber", "the first one")
    assert made.run_name == runs.get(first).name
    champions.make(second, "A. Gruber", "misses less")
    champions.make(first, "M. Huber", "back, too many alerts")
    told = [(each.run_id, each.chosen_by) for each in champions.history(dataset)]
    assert told == [(first, "M. Huber"), (second, "A. Gruber"), (first, "M. Huber")]
    since = champions.of(dataset).since
    assert since == runs.get(first).champion_since > runs.get(second).champion_since


def test_making_the_champion_champion_changes_nothing(dataset) -> None:
    run = finished("a", dataset)
    first = champions.make(run, "M. Huber", "the first one")
    assert champions.make(run, "A. Gruber", "again") == first
    assert len(champions.history(dataset)) == 1


def test_each_dataset_has_its_own(dataset) -> None:
    other = add_dataset()
    mine, theirs = finished("a", dataset), finished("b", other)
    champions.make(mine, "M. Huber", "ours")
    champions.make(theirs, "M. Huber", "theirs")
    assert champions.of(dataset).run_id == mine and champions.of(other).run_id == theirs
    assert champions.newest().run_id == theirs


def test_only_a_finished_model_can_be_champion(each_house) -> None:
    running = claimed()
    with pytest.raises(ModelNotReady):
        champions.make(running.run_id, "M. Huber", "try")
    with pytest.raises(RunNotFound):
        champions.make(99, "M. Huber", "try")
    attempts.succeed(running.run_id, running.number)
    with pytest.raises(TouchstoneError, match="Say why"):
        champions.make(running.run_id, "M. Huber", "")
    assert runs.get(running.run_id).champion_since is None
