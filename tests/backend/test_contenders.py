"""Which runs are compared when nobody chose: the newest ten and the champion."""

from backend import attempts, champions, contenders, runs
from backend.states import RunState
from db import Run, transaction
from tests.backend.launching import OFFER, add_dataset, launch, offer


def finish(key: str, dataset_id: int, **values: object) -> int:
    run_id = launch(key, dataset_id)
    attempt = attempts.claim(run_id, "worker-1")
    attempts.succeed(run_id, attempt.number, artefact=f"runs/{run_id}/1")
    with transaction() as session:
        for name, value in values.items():
            setattr(session.get(Run, run_id), name, value)
    return run_id


class TestUsual:
    def test_the_newest_ten_that_finished(self, house):
        offer()
        dataset_id = add_dataset()
        ids = [finish(str(n), dataset_id) for n in range(12)]
        waiting = launch("waits", dataset_id)
        offered = contenders.offered(dataset_id)
        assert [run.id for run in offered] == [waiting, *reversed(ids)]
        assert [run.id for run in contenders.usual(offered)] == ids[:1:-1]

    def test_and_the_champion_however_old(self, house):
        offer()
        dataset_id = add_dataset()
        ids = [finish(str(n), dataset_id) for n in range(12)]
        champions.make(ids[0], "Ann", "the first")
        offered = contenders.offered(dataset_id)
        assert [run.id for run in contenders.usual(offered)] == [*ids[:1:-1], ids[0]]
        assert contenders.usual_baseline(offered).id == ids[0]
        assert contenders.champion_of(dataset_id) == ids[0]

    def test_runs_of_other_datasets_are_not_offered(self, house):
        offer()
        one, other = add_dataset(), add_dataset()
        mine = finish("a", one)
        finish("b", other)
        assert [run.id for run in contenders.offered(one)] == [mine]
        assert contenders.datasets_with_runs() == {other: 1, one: 1}

    def test_of_no_run_is_nothing(self, house):
        assert contenders.usual([]) == [] and contenders.usual_baseline([]) is None
        assert contenders.usual_candidate([], None) is None
        assert contenders.datasets_with_runs() == {}


class TestSides:
    def test_the_baseline_is_the_automatic_trees_then_the_oldest(self, house):
        offer()
        dataset_id = add_dataset()
        first = finish("a", dataset_id)
        finish("b", dataset_id)
        assert contenders.usual_baseline(contenders.offered(dataset_id)).id == first
        trees = finish("c", dataset_id, family="trees", automatic=True)
        assert contenders.usual_baseline(contenders.offered(dataset_id)).id == trees

    def test_the_candidate_is_the_newest_that_a_person_started(self, house):
        offer()
        dataset_id = add_dataset()
        base, mine = finish("a", dataset_id), finish("b", dataset_id)
        finish("c", dataset_id, automatic=True)
        offered = contenders.offered(dataset_id)
        baseline = next(run for run in offered if run.id == base)
        assert contenders.usual_candidate(offered, baseline).id == mine
        automatic = [run for run in offered if run.automatic]
        assert contenders.usual_candidate(automatic, None).automatic


def test_named_runs_come_in_the_order_asked_and_unknown_ones_not_at_all(house):
    offer()
    dataset_id = add_dataset()
    ids = [launch(str(n), dataset_id) for n in range(3)]
    found = contenders.named([ids[2], 99, ids[0]])
    assert [run.id for run in found] == [ids[2], ids[0]]
    assert found[0].state is RunState.QUEUED


def test_options_are_told_in_full_while_a_worker_offers_the_family(house, change):
    offer()
    run = runs.get(launch("a", add_dataset()))
    assert contenders.options_in_full([run]) == [{"regularisation": 1.0}]
    schema = {"properties": {"seed": {"default": 7, "title": "Seed"}, "encoder": {}}}
    from dataclasses import replace

    from backend import offers

    offers.publish("worker-1", "2 processor cores", [replace(OFFER, options=schema)])
    assert contenders.options_in_full([run]) == [{"seed": 7, "regularisation": 1.0}]
    assert contenders.option_titles() == {"seed": "Seed"}
    change(lease_seconds=-1.0)
    assert contenders.options_in_full([run]) == [{"regularisation": 1.0}]
