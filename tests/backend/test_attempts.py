"""A worker's hold: one claims, an older attempt can write nothing, nothing is told twice."""

import math
from concurrent.futures import ThreadPoolExecutor

from backend import attempts, datasets, rescue, runs
from backend.attempts import Word
from backend.states import RunState
from db import Dataset, Doorbell, transaction
from tests.backend.launching import add_dataset, claimed, launch, offer


def test_of_many_workers_exactly_one_claims(each_house) -> None:
    run_id = launch()
    with ThreadPoolExecutor(8) as workers:
        got = list(workers.map(lambda n: attempts.claim(run_id, f"worker-{n}"), range(20)))
    assert sum(attempt is not None for attempt in got) == 1
    assert runs.get(run_id).attempt == 1


def test_periods_without_labels_are_left_out_until_the_analyst_uses_them(each_house) -> None:
    offer()
    dataset_id = add_dataset()
    with transaction() as session:
        session.get_one(Dataset, dataset_id).uncovered = [[1.0, 2.0]]
    left_out = attempts.claim(launch("one", dataset_id), "worker-1")
    datasets.use_uncovered(dataset_id, True)
    used = attempts.claim(launch("two", dataset_id), "worker-1")
    assert (left_out.uncovered, used.uncovered) == ([(1.0, 2.0)], [])


def test_what_a_worker_records_is_what_the_page_reads(each_house) -> None:
    attempt = claimed()
    hold = (attempt.run_id, attempt.number)
    assert attempts.enter_stage(*hold, "Reading transactions")
    assert attempts.enter_stage(*hold, "Learning")
    assert attempts.enter_stage(*hold, "Learning")  # told twice, kept once
    assert attempts.note(*hold, step=10, steps_total=40, rows_per_second=99.5)
    assert attempts.note(*hold, split={"method": "time"})
    points = [{"part": "train", "step": 10, "loss": 0.5}]
    points.append({"part": "validation", "step": 10, "loss": 0.4, "ap": 0.3})
    assert attempts.record_points(*hold, points)
    assert attempts.record_points(*hold, points)  # told twice, kept once
    assert attempts.record_points(*hold, [])
    run = runs.get(attempt.run_id)
    assert [stage.name for stage in run.stages] == ["Reading transactions", "Learning"]
    assert run.stages[0].seconds is not None and run.stages[1].seconds is None
    assert run.split == {"method": "time"}
    assert run.share_done == 0.25 and run.last_point_at is not None
    curve = runs.loss_curve(attempt.run_id)
    assert curve.to_dict("list")["part"] == ["train", "validation"]
    assert list(curve["loss"]) == [0.5, 0.4] and curve["ap"].iloc[1] == 0.3


def test_a_loss_that_is_no_number_is_a_gap_in_the_curve(each_house) -> None:
    attempt = claimed()
    losses = [0.5, math.nan, math.inf]
    points = [{"part": "train", "step": step, "loss": loss} for step, loss in enumerate(losses)]
    assert attempts.record_points(attempt.run_id, attempt.number, points)
    assert runs.loss_curve(attempt.run_id)["loss"].isna().tolist() == [False, True, True]


def test_a_long_curve_is_thinned_but_keeps_its_spike_and_its_end(house) -> None:
    attempt = claimed()
    points = [
        {"part": "train", "step": n, "loss": 9.0 if n == 1234 else 1 / (n + 1)} for n in range(3000)
    ]
    attempts.record_points(attempt.run_id, attempt.number, points)
    curve = runs.loss_curve(attempt.run_id, at_most=100)
    assert len(curve) <= 101
    assert 9.0 in set(curve["loss"]) and curve["step"].iloc[-1] == 2999


def test_a_run_without_points_has_an_empty_curve(house) -> None:
    curve = runs.loss_curve(launch())
    assert curve.empty and list(curve.columns) == ["step", "part", "loss", "ap"]


def test_an_attempt_taken_for_dead_can_write_nothing(each_house, change) -> None:
    run_id = launch()
    change(lease_seconds=-1.0)
    zombie = attempts.claim(run_id, "worker-1")
    old = (zombie.run_id, zombie.number)
    attempts.record_points(*old, [{"part": "train", "step": 1, "loss": 0.9}])
    assert rescue.take_back() == [zombie.run_id]
    assert attempts.renew(*old) is Word.LOST
    change(lease_seconds=60.0)
    successor = attempts.claim(zombie.run_id, "worker-2")
    assert successor.number == 2
    assert attempts.renew(*old) is Word.LOST
    assert not attempts.enter_stage(*old, "late")
    assert not attempts.note(*old, step=99)
    assert not attempts.record_points(*old, [{"part": "train", "step": 2, "loss": 0.1}])
    assert not attempts.succeed(*old) and not attempts.fail(*old, "late")
    assert not attempts.give_back(*old)
    run = runs.get(zombie.run_id)
    assert run.state is RunState.RUNNING and run.step == 0 and run.stages == ()
    assert runs.loss_curve(zombie.run_id).empty  # the curve is the newest attempt's


def test_a_run_that_keeps_losing_its_worker_is_set_aside(each_house, change) -> None:
    run_id = launch()
    change(lease_seconds=-1.0)
    for _ in range(3):
        assert attempts.claim(run_id, "worker-1") is not None
        assert rescue.take_back() == [run_id]
    run = runs.get(run_id)
    assert run.state is RunState.QUARANTINED and run.crashes == 3
    assert "lost 3 times" in run.reason and "kept" in run.reason
    assert attempts.claim(run_id, "worker-1") is None


def test_two_reapers_take_a_lost_run_back_once(each_house, change) -> None:
    run_id = launch()
    change(lease_seconds=-1.0)
    attempt = attempts.claim(run_id, "worker-1")
    with ThreadPoolExecutor(4) as reapers:
        taken = list(reapers.map(lambda _: rescue.take_back(), range(4)))
    assert sorted(run for found in taken for run in found) == [attempt.run_id]
    assert runs.get(attempt.run_id).crashes == 1


def test_a_leaving_worker_gives_its_run_back_with_a_bell(each_house) -> None:
    attempt = claimed()
    assert attempts.give_back(attempt.run_id, attempt.number)
    assert runs.get(attempt.run_id).state is RunState.QUEUED
    assert runs.get(attempt.run_id).crashes == 0
    with transaction(reading=True) as session:
        assert session.get(Doorbell, attempt.run_id).rung_at is None


def test_how_a_run_ended_is_kept(each_house) -> None:
    good, bad, ended = claimed("a"), claimed("b"), claimed("c")
    attempts.succeed(good.run_id, good.number, metrics={"test": {"ap": 0.5}}, scored_rows=7)
    attempts.fail(bad.run_id, bad.number, "One class only.")
    attempts.end_cancelled(ended.run_id, ended.number)
    states = [runs.get(one.run_id).state for one in (good, bad, ended)]
    assert states == [RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED]
    assert runs.get(good.run_id).metrics["test"]["ap"] == 0.5
    assert runs.get(good.run_id).share_done == 1.0
    assert runs.get(bad.run_id).reason == "One class only."
