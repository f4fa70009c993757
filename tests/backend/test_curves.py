"""Losses of several runs: placed by step, time or epoch, smoothed first and thinned after."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from backend import curves, runs
from db import Point, Run, transaction
from tests.backend.launching import add_dataset, launch, offer

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def add(key: str, losses: list[float | None], dataset_id: int, part: str = "train", **values):
    """Return a run of one point every second step and every ten seconds."""
    run_id = launch(key, dataset_id)
    with transaction() as session:
        run = session.get(Run, run_id)
        run.attempt, run.started_at = 1, NOW
        for name, value in values.items():
            setattr(run, name, value)
        for number, loss in enumerate(losses, start=1):
            at = NOW + timedelta(seconds=10 * number)
            where = {"run_id": run_id, "attempt": 1, "part": part, "step": 2 * number}
            session.add(Point(**where, loss=loss, finite=loss is not None, at=at))
    return runs.get(run_id)


@pytest.fixture
def dataset_id(each_house) -> int:
    offer()
    return add_dataset()


class TestPlaces:
    def test_by_step_time_and_epoch(self, dataset_id):
        options = {"epochs": 3.0}
        run = add("a", [0.5, 0.4, 0.3], dataset_id, options=options, steps_total=12)
        places = {
            axis: curves.losses([run], "train", axis).points["x"].tolist() for axis in curves.AXES
        }
        assert places == {"step": [2, 4, 6], "seconds": [10, 20, 30], "epoch": [0.5, 1.0, 1.5]}

    def test_a_run_that_knows_no_epochs_is_named(self, dataset_id):
        run = add("a", [0.5, 0.4], dataset_id, steps_total=12)
        found = curves.losses([run], "train", "epoch")
        assert found.points.empty and found.without == (run.id,) and found.recorded == 0

    def test_only_the_part_and_the_attempt_asked_for(self, dataset_id):
        run = add("a", [0.5], dataset_id, part="validation")
        with transaction() as session:
            old = {"run_id": run.id, "attempt": 0, "part": "validation", "step": 9, "at": NOW}
            session.add(Point(**old, loss=9.0, finite=True))
        assert curves.losses([run], "train").points.empty
        assert curves.losses([run], "validation").points["y"].tolist() == [0.5]

    def test_no_run_has_no_curve(self, dataset_id):
        found = curves.losses([], "train")
        assert list(found.points.columns) == curves.COLUMNS and not found.is_thinned


class TestThinning:
    def test_a_spike_survives_and_the_count_is_told(self, dataset_id):
        losses = [0.1] * 2_000
        losses[1_234] = 7.0
        found = curves.losses([add("a", losses, dataset_id)], "train", at_most=60)
        assert found.points["raw"].max() == 7.0
        assert len(found.points) <= 60 and found.recorded == 2_000 and found.is_thinned
        assert found.points["x"].iloc[-1] == 4_000

    def test_the_mean_is_taken_of_all_points(self, dataset_id):
        losses = list(np.linspace(2, 1, 500))
        found = curves.losses([add("a", losses, dataset_id)], "train", window=21, at_most=50)
        middle = found.points.iloc[5:-5]
        assert middle["y"].to_numpy() == pytest.approx(middle["raw"].to_numpy())

    def test_a_loss_that_was_no_number_is_a_gap(self, dataset_id):
        found = curves.losses([add("a", [0.5, None, 0.4], dataset_id)], "train", window=3)
        assert np.isnan(found.points["y"].iloc[1])

    def test_runs_are_thinned_one_by_one(self, dataset_id):
        short, long = add("a", [0.5] * 3, dataset_id), add("b", [0.5] * 900, dataset_id)
        found = curves.losses([short, long], "train", at_most=40)
        assert (found.points["run_id"] == short.id).sum() == 3
