"""What a finished run is worth, as pages read it: stored once, the same for every page."""

import numpy as np
import pytest

from backend import judged, judgements, runs
from backend.errors import ModelNotReady, RunNotFound
from backend.steps.costs import Costs
from tests.backend import judging
from tests.backend.launching import launch


@pytest.fixture
def run_id(house) -> int:
    return judging.finished(judging.cards(), skill=3.0)


def test_a_judgement_is_what_the_worker_left(run_id: int) -> None:
    found = judgements.of(run_id)
    assert found.is_judged
    assert found.told["frauds"] == runs.get(run_id).metrics["test"]["frauds"]
    assert found.value("ap") == pytest.approx(runs.get(run_id).metrics["test"]["ap"])
    low, high = found.interval("ap")
    assert low < found.value("ap") < high


def test_replicates_of_two_runs_pair_on_the_same_rows(house) -> None:
    on = judging.cards()
    one, other = judging.finished(on, skill=3.0), judging.finished(on, skill=1.0)
    assert judgements.of(one).test_key == judgements.of(other).test_key != ""
    difference = judgements.replicates(one)["ap"] - judgements.replicates(other)["ap"]
    assert np.quantile(difference, 0.025) > 0


def test_runs_on_other_rows_carry_another_key(house) -> None:
    one = judging.finished(judging.cards(seed=1), skill=3.0)
    other = judging.finished(judging.cards(seed=2), skill=3.0, seed=1)
    assert judgements.of(one).test_key != judgements.of(other).test_key


def test_money_follows_the_costs_that_are_said(run_id: int) -> None:
    cheap = judgements.money(run_id, Costs(review=1.0))
    dear = judgements.money(run_id, Costs(review=50.0))
    assert (cheap["cost"] < dear["cost"]).all()
    assert (cheap["low"] <= cheap["high"]).all()
    assert len(cheap) == len(judgements.replicates(run_id)["alerts"])


def test_scores_are_those_of_the_test_part_by_row(run_id: int) -> None:
    scores = judgements.test_scores(run_id)
    assert len(scores) == runs.get(run_id).metrics["test"]["rows"]
    assert scores["row"].is_monotonic_increasing


def test_a_run_of_before_judgements_has_none(house, run_id: int) -> None:
    for name in (judged.TOLD, judged.REPLICATES):
        next((house / "runs" / str(run_id)).rglob(name)).unlink()
    assert not judgements.of(run_id).is_judged
    assert judgements.of(run_id).value("ap") is None
    assert judgements.replicates(run_id) == {}
    assert judgements.money(run_id, Costs()).empty


def test_a_run_without_a_model_says_so(house) -> None:
    with pytest.raises(ModelNotReady, match="no finished model"):
        judgements.of(launch())
    with pytest.raises(RunNotFound):
        judgements.of(99)
