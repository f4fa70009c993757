"""What a training tells is written in its order, once and whole, whatever the database does."""

import threading
from pathlib import Path

import pytest

from backend import runs
from backend.states import RunState
from db import migrate
from tests.backend.launching import claimed
from tests.chaos.proxy import Mode, proxy_before
from tests.workers.acted import PACE, ended, learned, learns, queued, trainings, until, worker
from tests.workers.acting.acts import STEPS
from workers.ledger import Ledger


def point(step: int, part: str = "train") -> dict[str, object]:
    return {"event": "point", "part": part, "step": step, "loss": 1.0, "ap": None}


def test_all_that_was_told_is_written(house) -> None:
    attempt = claimed()
    ledger = Ledger(attempt.run_id, attempt.number, threading.Event())
    ledger.tell({"event": "stage", "name": "Learning"})
    ledger.tell({"event": "plan", "steps_total": 40})
    for step in range(1, 21):
        ledger.tell(point(step))
        ledger.tell({"event": "pace", "step": step, "rows_per_second": 9.0, "seconds_left": 3.0})
    ledger.tell({"event": "checkpoint", "step": 20, "manifest": "0" * 64})
    ledger.tell({"event": "done"})  # nothing the database wants to know
    assert ledger.close()
    run = runs.get(attempt.run_id)
    assert (run.step, run.steps_total, run.checkpoint_step) == (20, 40, 20)
    assert [stage.name for stage in run.stages] == ["Learning"]
    assert list(runs.loss_curve(run.id)["step"]) == list(range(1, 21))


def test_what_was_carried_over_too_far_goes_before_new_points_come(house) -> None:
    attempt = claimed()
    ledger = Ledger(attempt.run_id, attempt.number, threading.Event())
    for step in (1, 2, 3):
        ledger.tell(point(step))
    ledger.tell({"event": "resumed", "step": 1})
    ledger.tell(point(2, "validation"))
    assert ledger.close()
    curve = runs.loss_curve(attempt.run_id)
    assert sorted(zip(curve["part"], curve["step"], strict=True)) == [
        ("train", 1),
        ("validation", 2),
    ]


def test_one_who_lost_the_run_writes_nothing(house) -> None:
    attempt = claimed()
    runs.cancel(attempt.run_id)
    ledger = Ledger(attempt.run_id, attempt.number + 1, threading.Event())
    ledger.tell(point(1))
    until(ledger.is_lost)
    assert not ledger.close()
    assert runs.loss_curve(attempt.run_id).empty


def test_an_error_nobody_foresaw_is_raised_to_whoever_told(house) -> None:
    attempt = claimed()
    ledger = Ledger(attempt.run_id, attempt.number, threading.Event())
    ledger.tell({"event": "stage"})  # without its name
    with pytest.raises(TypeError):
        until(ledger.is_lost)
    with pytest.raises(TypeError):
        ledger.close()


@pytest.mark.slow
@pytest.mark.postgres
def test_a_database_that_is_away_stops_no_training(
    data_folder: Path, postgres_database: str, change
) -> None:
    """F12: what was told meanwhile is written once it is back."""
    change(**PACE, database_url=postgres_database)
    migrate.upgrade()
    run_id = queued("learn")
    with proxy_before(postgres_database) as (through, proxy):
        change(database_url=through)
        with worker() as process:
            change(database_url=postgres_database)
            until(lambda: learns(run_id))
            proxy.set(Mode.DOWN)
            until(lambda: trainings() == [])
            known = learned(run_id)
            proxy.set(Mode.OPEN)
            ended(process)
    run = runs.get(run_id)
    assert run.state is RunState.SUCCEEDED and run.attempt == 1
    assert known < STEPS
    assert list(runs.loss_curve(run_id)["step"]) == list(range(1, STEPS + 1))
