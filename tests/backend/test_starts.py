"""A run starts from a finished one that has weights to give, and from nothing else."""

import pytest
from sqlalchemy import delete

from backend import attempts, champions, policies, runs, starts
from backend.errors import ModelNotReady, OptionsRefused
from db import Point, Run, transaction
from tests.backend import launching
from tests.backend.pretraining import offered, pretrained


def test_a_pretraining_needs_no_label_and_no_baseline(house):
    run_id = pretrained(launching.add_dataset(frauds=0))
    assert [run.id for run in runs.list_all()] == [run_id]
    assert not runs.get(run_id).answers


def test_a_run_carries_the_folder_of_the_one_it_starts_from(house):
    dataset = launching.add_dataset()
    first = pretrained(dataset)
    second = runs.launch(dataset, "transaction", "Quick check", {"start_from": first}, "second")
    attempt = attempts.claim(second, "worker-1")
    assert attempt.start == runs_artefact(first)
    assert [run.id for run in starts.offered()] == [first]


def test_without_a_start_there_is_no_folder(house):
    assert launching.claimed().start is None


def test_a_run_that_is_gone_by_then_leaves_no_folder(house):
    dataset = launching.add_dataset()
    first = pretrained(dataset)
    second = runs.launch(dataset, "transaction", "Quick check", {"start_from": first}, "second")
    with transaction() as session:
        session.execute(delete(Point).where(Point.run_id == first))
        session.execute(delete(Run).where(Run.id == first))
    assert attempts.claim(second, "worker-1").start is None


@pytest.mark.parametrize(
    ("which", "why"), [("gone", "no run"), ("queued", "not finished"), ("other", "no weights")]
)
def test_what_cannot_be_started_from_is_refused_before_it_is_queued(house, which, why):
    dataset = launching.add_dataset()
    number = {
        "gone": lambda: 99,
        "queued": lambda: pretrained(dataset, finish=False),
        "other": lambda: launching.launch("other"),
    }[which]()
    offered()
    before = len(runs.list_all())
    with pytest.raises(OptionsRefused, match=why):
        runs.launch(dataset, "transaction", "Quick check", {"start_from": number}, "next")
    assert len(runs.list_all()) == before


def test_a_pretraining_is_no_champion_has_no_threshold_and_scores_nothing(house):
    run_id = pretrained(launching.add_dataset())
    with pytest.raises(ModelNotReady):
        champions.make(run_id, "me", "because")
    with pytest.raises(ModelNotReady):
        policies.save(run_id, 0.5, {}, "me", "because")
    with pytest.raises(ModelNotReady):
        runs.launch_scoring(run_id, "key")


def runs_artefact(run_id: int) -> str:
    with transaction(reading=True) as session:
        artefact = session.get_one(Run, run_id).artefact
        assert artefact is not None
        return artefact
