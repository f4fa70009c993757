"""Baselines start by themselves, once per dataset, behind what people asked for."""

from datetime import timedelta

import pytest

import db
from backend import attempts, baselines, fleet, offers, runs
from backend.errors import ModelNotReady, OptionsRefused
from backend.states import RunState
from backend.steps.columns import Column, Role, to_plain
from tests.backend.launching import add_dataset
from workers.announce import offered

COLUMNS = to_plain([Column("spent", Role.AMOUNT, "money"), Column("shop", Role.CATEGORY, "few")])


@pytest.fixture
def dataset(each_house, change) -> int:
    """A dataset with an amount, in a house that starts baselines and can train everything."""
    change(automatic_baselines=True)
    offers.publish("worker-1", "2 processor cores", offered())
    return with_columns(COLUMNS)


def with_columns(columns: list) -> int:
    dataset_id = add_dataset()
    with db.transaction() as session:
        session.get_one(db.Dataset, dataset_id).columns = columns
    return dataset_id


def launch(dataset_id: int, key: str, family: str = "bert") -> int:
    return runs.launch(dataset_id, family, "Quick check", None, key)


def finish(run_id: int, seconds: float = 100.0, **result: object) -> None:
    """Do a run as a worker would, as if it had taken so long."""
    attempt = attempts.claim(run_id, "worker-1")
    assert attempt is not None
    with db.transaction() as session:
        run = session.get_one(db.Run, run_id)
        run.started_at = db.now(session) - timedelta(seconds=seconds)
    assert attempts.succeed(run_id, attempt.number, artefact=f"runs/{run_id}/1", **result)


def families(dataset_id: int) -> list[str]:
    return [run.family for run in reversed(baselines.of_dataset(dataset_id))]


def test_the_first_launch_brings_the_cheap_ones_behind_it_once(dataset) -> None:
    first, second = launch(dataset, "a"), launch(dataset, "b")
    assert families(dataset) == ["constant", "amount", "logistic"]
    started = baselines.of_dataset(dataset)
    assert all(run.automatic and run.state is RunState.QUEUED for run in started)
    assert [run.slot for run in started] == [3, 4, 5]
    assert [runs.get(run_id).slot for run_id in (first, second)] == [0, 1]
    assert next(run.name for run in started) == "Logistic regression, balanced"


def test_each_dataset_has_its_own(dataset) -> None:
    other = with_columns([])
    launch(dataset, "a")
    launch(other, "b")
    assert families(other) == ["constant", "logistic"]  # it has no amount


def test_a_family_that_a_person_launches_is_not_run_twice(dataset) -> None:
    launch(dataset, "a", "logistic")
    assert families(dataset) == ["constant", "amount"]
    launch(dataset, "b", "bert")
    assert families(dataset) == ["constant", "amount", "logistic"]


def test_a_baseline_waits_until_nobody_waits(dataset) -> None:
    first = launch(dataset, "a")
    constant = baselines.of_dataset(dataset)[-1].id
    second = launch(dataset, "b")
    assert attempts.claim(constant, "worker-1") is None
    assert (runs.waiting_before(second), runs.waiting_before(constant)) == (1, 2)
    for run_id in (first, second):
        assert attempts.claim(run_id, "worker-1") is not None
    assert attempts.claim(constant, "worker-1") is not None


def test_trees_follow_the_first_run_that_finishes_for_as_long_as_it_took(dataset) -> None:
    first, second = launch(dataset, "a"), launch(dataset, "b")
    finish(first, 100)
    finish(second, 500)
    trees = baselines.of_dataset(dataset)[0]
    assert families(dataset).count("trees") == 1
    assert (trees.family, trees.options["seconds"], trees.slot) == ("trees", 100, 2)
    assert trees.name == "Boosted trees, balanced, 100 s"


@pytest.mark.parametrize(("took", "seconds"), [(3, 30), (90_000, 3_600)])
def test_the_time_for_trees_has_bounds(dataset, took, seconds) -> None:
    run_id = launch(dataset, "a")
    finish(run_id, took)
    assert baselines.of_dataset(dataset)[0].options["seconds"] == seconds


def test_a_baseline_brings_no_further_ones(dataset) -> None:
    finish(launch(dataset, "a"))
    before = families(dataset)
    for run in reversed(baselines.of_dataset(dataset)):
        finish(run.id)
    assert families(dataset) == before == ["constant", "amount", "logistic", "trees"]


def test_trees_that_a_person_grew_bring_no_second_ones(dataset) -> None:
    finish(launch(dataset, "a", "trees"))
    assert "trees" not in families(dataset)


def test_a_failed_run_brings_no_trees(dataset) -> None:
    attempt = attempts.claim(launch(dataset, "a"), "worker-1")
    attempts.fail(attempt.run_id, attempt.number, "It broke.")
    assert "trees" not in families(dataset)


def test_whole_datasets_that_are_scored_bring_none(dataset) -> None:
    first = launch(dataset, "a")
    finish(first)
    before = families(dataset)
    finish(runs.launch_scoring(first, "s"))
    assert families(dataset) == before


def test_with_the_setting_off_nothing_starts_by_itself(dataset, change) -> None:
    change(automatic_baselines=False)
    finish(launch(dataset, "a"))
    assert baselines.of_dataset(dataset) == []


def test_a_family_that_no_worker_offers_comes_with_the_next_launch(dataset) -> None:
    some = [offer for offer in offered() if offer.family in ("bert", "constant")]
    offers.publish("worker-1", "2 processor cores", some)
    launch(dataset, "a")
    assert families(dataset) == ["constant"]
    offers.publish("worker-1", "2 processor cores", offered())
    launch(dataset, "b")
    assert families(dataset) == ["constant", "amount", "logistic"]


def test_lists_leave_baselines_out_when_asked(dataset) -> None:
    run_id = launch(dataset, "a")
    assert [run.id for run in runs.list_all(automatic=False)] == [run_id]
    assert len(runs.list_all(automatic=True)) == 3
    assert len(runs.list_all()) == 4


def test_a_longer_run_asks_for_longer_trees(dataset) -> None:
    short, long = launch(dataset, "a"), launch(dataset, "b")
    finish(short, 60)
    finish(long, 600)
    trees = baselines.of_dataset(dataset)[0]
    assert baselines.compared_fairly(runs.get(short), trees).alike
    fairness = baselines.compared_fairly(runs.get(long), trees)
    assert not fairness.alike and fairness.why.startswith("The trees were tuned for 60 s, the run")

    longer = baselines.tune_longer(long)
    assert baselines.tune_longer(long) == longer
    assert runs.get(longer).options["seconds"] == 600 and runs.get(longer).automatic
    assert baselines.compared_fairly(runs.get(long), runs.get(longer)).alike
    unequal = baselines.compared_fairly(runs.get(short), runs.get(longer))
    assert not unequal.alike and unequal.why.endswith("the trees had more time.")


def test_a_run_within_the_bounds_of_tuning_is_fairly_compared(dataset) -> None:
    run_id = launch(dataset, "a")
    finish(run_id, 4)
    trees = baselines.of_dataset(dataset)[0]
    assert baselines.compared_fairly(runs.get(run_id), trees).alike


def test_no_time_is_known_before_a_run_has_finished(dataset) -> None:
    run_id = launch(dataset, "a")
    with pytest.raises(ModelNotReady, match="not finished"):
        baselines.tune_longer(run_id)
    with pytest.raises(ModelNotReady):
        baselines.compared_fairly(runs.get(run_id), baselines.of_dataset(dataset)[0])
    finish(run_id)
    fleet.leave("worker-1")
    with pytest.raises(OptionsRefused, match="No worker"):
        baselines.tune_longer(run_id)


def test_what_trees_measured_overall_is_found(dataset) -> None:
    assert baselines.overall(dataset) == {}
    finish(launch(dataset, "a"))
    for run in reversed(baselines.of_dataset(dataset)):
        told = {"folds": None, "optimism_gap": {"gap": 0.1}}
        finish(run.id, metrics={"overall": told} if run.family == "trees" else {})
    assert baselines.overall(dataset) == told
