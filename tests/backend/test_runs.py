"""Launching, reading and stopping runs, on SQLite and on PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

import db
from backend import attempts, fleet, offers, runs
from backend.errors import ModelNotReady, NotTrainable, OptionsRefused, RunNotFound
from backend.states import RunState
from tests.backend.launching import OFFER, add_dataset, claimed, launch, offer, queue_many


def test_a_launched_run_waits_and_shows_what_was_chosen(each_house) -> None:
    offer()
    run_id = runs.launch(
        add_dataset(), "logistic", "Quick check", {"regularisation": 0.5}, idem_key="k"
    )
    run = runs.get(run_id)
    assert run.state is RunState.QUEUED and run.is_live and run.share_done == 0
    assert run.name == "Logistic regression, quick check, regularisation 0.5"
    assert run.options == {"regularisation": 0.5}
    assert (run.dataset_name, run.currency, run.family_title) == (
        "cards",
        "€",
        "Logistic regression",
    )
    assert [one.id for one in runs.list_all()] == [run_id]


def test_a_double_click_is_one_run(each_house) -> None:
    offer()
    dataset_id = add_dataset()
    with ThreadPoolExecutor(8) as clicks:
        found = set(clicks.map(lambda _: launch("same", dataset_id), range(20)))
    assert len(found) == 1 and len(runs.list_all()) == 1


def test_each_run_gets_the_next_colour_for_life(house) -> None:
    ids = [launch(str(n)) for n in range(7)]
    assert [runs.get(run_id).slot for run_id in ids] == [0, 1, 2, 3, 4, 5, 0]


@pytest.mark.parametrize(
    ("state", "frauds", "words"),
    [("draft", 120, "Accept how"), ("ready", 19, "at least 20 frauds"), ("ready", 0, "at least")],
)
def test_a_dataset_that_cannot_be_learned_from_is_refused(house, state, frauds, words) -> None:
    offer()
    dataset_id = add_dataset(state, frauds)
    with pytest.raises(NotTrainable, match=words):
        launch("k", dataset_id)
    assert runs.list_all() == []


def test_without_a_worker_no_family_is_offered(house) -> None:
    with pytest.raises(OptionsRefused, match="No worker"):
        launch("k", add_dataset())


def test_unknown_preset_is_refused(house) -> None:
    offer()
    with pytest.raises(OptionsRefused, match="preset"):
        runs.launch(add_dataset(), "logistic", "Sideways", None, "k")


def test_a_run_that_is_not_there(house) -> None:
    for ask in (runs.get, runs.cancel, runs.loss_curve):
        with pytest.raises(RunNotFound, match="no run 99"):
            ask(99)


def test_cancelling_a_waiting_run_ends_it_and_it_is_never_claimed(each_house) -> None:
    run_id = launch()
    runs.cancel(run_id)
    assert runs.get(run_id).state is RunState.CANCELLED
    assert attempts.claim(run_id, "worker-1") is None


def test_cancelling_a_running_run_is_heard_at_the_next_renewal(each_house) -> None:
    attempt = claimed()
    assert attempts.renew(attempt.run_id, attempt.number) is attempts.Word.GO_ON
    runs.stop_and_keep_best(attempt.run_id)
    assert attempts.renew(attempt.run_id, attempt.number) is attempts.Word.KEEP_BEST
    runs.cancel(attempt.run_id)
    assert attempts.renew(attempt.run_id, attempt.number) is attempts.Word.CANCEL


@pytest.mark.parametrize("change_hands", ["claim", "give back"])
def test_a_cancel_is_heard_by_whoever_holds_the_run_meanwhile(each_house, change_hands) -> None:
    """Neither side may miss the other: the run ends, or its new worker hears that it should."""
    numbers = queue_many(12)
    held = [attempts.claim(run_id, "worker-1") for run_id in numbers if change_hands != "claim"]

    def change(place: int) -> None:
        if change_hands == "claim":
            attempts.claim(numbers[place], "worker-1")
        else:
            attempts.give_back(numbers[place], held[place].number)

    with ThreadPoolExecutor(8) as both:
        asked = [both.submit(each, at) for at in range(12) for each in (change, _cancel(numbers))]
        assert [each.result() for each in asked] == [None] * 24
    for run in map(runs.get, numbers):
        assert run.stop == "cancel"
        if run.state is RunState.RUNNING:
            assert attempts.renew(run.id, run.attempt) is attempts.Word.CANCEL
            assert attempts.give_back(run.id, run.attempt)
        assert runs.get(run.id).state is RunState.CANCELLED
    assert attempts.claim_next("worker-2") is None


def _cancel(numbers: list[int]) -> Callable[[int], None]:
    return lambda place: runs.cancel(numbers[place])


def test_a_run_waits_in_the_queue_its_family_and_its_kind_need(each_house) -> None:
    card = replace(OFFER, need="gpu", options={"properties": {"devices": {"type": "integer"}}})
    offers.publish("worker-1", "A card", [card])
    dataset_id = add_dataset()
    run_id = runs.launch(dataset_id, "logistic", "Quick check", {"devices": 2}, "k")
    assert (runs.get(run_id).need, runs.get(run_id).devices) == ("gpu", 2)
    fleet.register("worker-1", "Two cards", "gpu", 2)
    attempt = attempts.claim(run_id, "worker-1")
    assert attempt.devices == 2
    attempts.succeed(run_id, attempt.number)
    assert runs.get(runs.launch_scoring(run_id, "s")).need == "batch"


def test_the_queue_is_counted_and_only_a_finished_model_scores(each_house) -> None:
    first, second = launch("a"), launch("b")
    assert (runs.waiting_before(first), runs.waiting_before(second)) == (0, 1)
    with pytest.raises(ModelNotReady):
        runs.launch_scoring(first, "s")
    attempt = attempts.claim(first, "worker-1")
    attempts.succeed(first, attempt.number, artefact="runs/1/1", metrics={}, split={})
    scoring = runs.launch_scoring(first, "s")
    assert runs.scoring_of(first).id == scoring and runs.scoring_of(second) is None
    assert scoring not in [run.id for run in runs.list_all()]
    assert attempts.claim(scoring, "worker-1").model == "runs/1/1"


def test_the_estimate_comes_from_past_runs_and_grows_with_the_rows(each_house) -> None:
    attempt = claimed()
    run = runs.get(attempt.run_id)
    assert runs.estimate(run.dataset_id, "logistic", "Quick check") is None
    attempts.succeed(attempt.run_id, attempt.number)
    low, high = runs.estimate(run.dataset_id, "logistic", "Quick check")
    assert 0 <= low <= high
    ten_times = add_dataset(rows=100_000)
    assert runs.estimate(ten_times, "logistic", "Quick check")[1] == pytest.approx(10 * high)


def test_an_estimate_leaves_the_time_chosen_for_tuning_as_it_is(each_house) -> None:
    offer()
    small, large = add_dataset(rows=10_000), add_dataset(rows=100_000)
    run_id = runs.launch(small, "logistic", "Quick check", {"seconds": 100.0}, "k")
    attempt = attempts.claim(run_id, "worker-1")
    with db.transaction() as session:
        session.get_one(db.Run, run_id).started_at = db.now(session) - timedelta(seconds=110)
    attempts.succeed(run_id, attempt.number)
    low, high = runs.estimate(large, "logistic", "Quick check")
    assert low == pytest.approx(0.8 * 200, abs=10) and high == pytest.approx(1.2 * 200, abs=15)


def test_a_worker_that_fell_silent_offers_nothing(house, change) -> None:
    offer()
    assert [one.family for one in offers.live()] == ["logistic"]
    assert [worker.name for worker in offers.workers()] == ["worker-1"]
    change(lease_seconds=-1.0)
    assert offers.live() == [] and offers.workers() == []


def test_a_worker_that_leaves_withdraws_its_offers(house) -> None:
    offer()
    fleet.leave("worker-1")
    assert offers.live() == []
