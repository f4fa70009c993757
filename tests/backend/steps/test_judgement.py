"""All a run is worth, put together once: complete, JSON-ready, honest where little can be had."""

import json

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from backend.steps.judgement import Circumstances, judge, key_of
from backend.steps.replicates import METRICS
from backend.steps.scored import Scored

KEYS = {
    "test_key", "rows", "frauds", "prevalence", "amount", "fraud_amount", "days", "entities",
    "cluster", "clusters", "resamples", "redrawn", "note", "metrics", "lift", "honest_recall",
    "top", "pr", "scores", "reliability", "slices", "groups", "leakage", "drift",
    "working_threshold",
}  # fmt: skip


def drawn(rows: int = 4_000, share: float = 0.05, skill: float = 2.0, seed: int = 0) -> Scored:
    draw = np.random.default_rng(seed)
    label = (draw.random(rows) < share).astype(np.int64)
    odds = np.log(share / (1 - share)) + skill * draw.normal(skill * label, 1) - skill**2 / 2
    return Scored(
        row=np.arange(rows),
        label=label,
        score=1 / (1 + np.exp(-odds)),
        amount=np.round(draw.lognormal(3, 1, rows), 2),
        time=np.sort(draw.random(rows)) * 40 * 86_400,
        entity=draw.integers(0, 200, rows),
        clock="elapsed",
    )


def with_labels(test: Scored, label: np.ndarray) -> Scored:
    return Scored(**{**test.__dict__, "label": label.astype(np.int64)})


@pytest.fixture(scope="module")
def test() -> Scored:
    return drawn()


@pytest.fixture(scope="module")
def told(test: Scored):
    groups = {"sex": np.where(test.entity % 2, "F", "M")}
    about = Circumstances(drawn(seed=1), "platt", seen=test.entity < 150, groups=groups)
    return judge(test, about)


def test_every_key_is_there_and_all_of_it_is_json(told) -> None:
    assert set(told[0]) == KEYS
    json.dumps(told[0], allow_nan=False)


def test_figures_are_those_of_scikit_learn_inside_their_intervals(told, test: Scored) -> None:
    ap = told[0]["metrics"]["ap"]
    assert ap["value"] == pytest.approx(average_precision_score(test.label, test.score))
    for name in METRICS:
        metric = told[0]["metrics"][name]
        assert metric["low"] <= metric["value"] <= metric["high"]


def test_sums_are_those_of_the_rows(told, test: Scored) -> None:
    assert told[0]["frauds"] == test.label.sum()
    assert told[0]["fraud_amount"] == pytest.approx(test.amount[test.label == 1].sum())
    assert (told[0]["cluster"], told[0]["clusters"]) == ("entity", told[0]["entities"])
    held = told[0]["scores"]
    assert sum(held["fraud"]) + sum(held["legitimate"]) == len(test)


def test_arrays_hold_a_replicate_per_resample(told) -> None:
    assert {len(told[1][name]) for name in METRICS} == {1_000}
    assert told[1]["tp_resampled"].shape == (1_000, len(told[1]["alerts"]))


def test_the_key_knows_rows_labels_and_clusters_and_no_score(test: Scored) -> None:
    cluster = test.entity
    key = key_of(test, cluster)
    assert key == key_of(Scored(**{**test.__dict__, "score": test.score * 0.5}), cluster)
    assert key != key_of(test.some(np.arange(len(test) - 1)), cluster[:-1])
    assert key != key_of(with_labels(test, 1 - test.label), cluster)
    assert key != key_of(test, cluster + 1)


def test_runs_on_the_same_rows_meet_the_same_resamples(told, test: Scored) -> None:
    again, arrays = judge(
        Scored(**{**test.__dict__, "score": test.score**2}), Circumstances(drawn(seed=1), "none")
    )
    assert again["test_key"] == told[0]["test_key"]
    assert np.allclose(arrays["ap"], told[1]["ap"])  # squaring keeps the ranking


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_is_said_and_nothing_is_made_up(test: Scored, label: int) -> None:
    only, arrays = judge(
        with_labels(test, np.full(len(test), label)), Circumstances(drawn(seed=1), "none")
    )
    json.dumps(only, allow_nan=False)
    assert arrays == {}
    assert only["metrics"]["ap"] == {"value": None, "low": None, "high": None}
    assert "nothing" in only["note"] and only["pr"] is None


def test_few_frauds_measure_nothing(test: Scored) -> None:
    few = np.zeros(len(test))
    few[np.argsort(-test.score)[:9]] = 1
    told, arrays = judge(with_labels(test, few), Circumstances(drawn(seed=1), "none"))
    json.dumps(told, allow_nan=False)
    assert told["metrics"]["ap"]["value"] is None and told["pr"] is None
    assert "fewer than 10" in told["note"]
    assert "alerts" in arrays  # what a threshold costs can be said all the same


def test_no_row_at_all() -> None:
    none = drawn().some(np.array([], dtype=np.int64))
    told, arrays = judge(none, Circumstances(none, "none"))
    json.dumps(told, allow_nan=False)
    assert (told["rows"], told["prevalence"], arrays) == (0, None, {})


def test_with_fewer_than_30_frauds_only_shares_have_an_interval(test: Scored) -> None:
    few = np.zeros(len(test))
    few[np.argsort(-test.score)[:20]] = 1
    told, _ = judge(with_labels(test, few), Circumstances(drawn(seed=1), "none"))
    assert told["metrics"]["ap"] == {"value": 1.0, "low": None, "high": None}
    recall = told["metrics"]["recall_at_1_fpr"]
    assert (recall["value"], recall["high"]) == (1.0, 1.0)
    assert recall["low"] == pytest.approx(0.8389, abs=1e-4)  # Wilson, 20 of 20
