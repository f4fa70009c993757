"""Trees learn, choose by validation, keep within their time, and answer in ONNX as they learned."""

import numpy as np
import pandas as pd
import pytest

from backend.scorer import open_scorer
from backend.steps import metrics
from backend.steps.columns import Column, Role, to_plain
from tests.real_data import real_data
from tests.workers.learning import events, lesson, simulated
from workers.models.trees import Options
from workers.steps import boost
from workers.steps.export import TOLERANCE

FEW = {"seconds": 600, "trials": 3, "folds": 0}


def learned(folder, frame, **options):
    """Learn, and return what came of it, the scores of the test part, and what was told."""
    given, told = lesson(folder, frame, family="trees")
    found = boost.learn(given, Options(**{**FEW, **options}))
    found.reader.write(given.order.folder)
    scores = open_scorer(given.order.folder).score(given.test.frame())
    return found, scores, given, events(told)


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    return learned(tmp_path_factory.mktemp("trees"), simulated(3_000, share=0.15))


def test_finds_what_the_simulation_hides_and_proves_its_export(usual):
    found, scores, given, _ = usual
    assert metrics.average_precision(given.test.label, scores) > 0.9
    assert found.parity <= TOLERANCE
    assert found.extras["tuning"]["trials"] == 3 and 1 <= found.best_step <= 3
    assert found.rows_trained == len(given.train)


def test_a_point_for_every_trial_and_none_worse_than_before(usual):
    points = [event for event in usual[3] if event.get("part") == "validation"]
    assert [point["step"] for point in points] == [1, 2, 3]
    assert all(0 < point["ap"] <= 1 and point["loss"] > 0 for point in points)
    chosen_by = "loss" if usual[0].validation_sample["frauds"] < 100 else "ap"
    figures = np.array([point[chosen_by] for point in points])
    assert (np.diff(figures) <= 0).all() if chosen_by == "loss" else (np.diff(figures) >= 0).all()


def test_the_same_seed_and_trials_give_the_same_scores(usual, tmp_path):
    _, scores, _, _ = learned(tmp_path, simulated(3_000, share=0.15))
    assert np.array_equal(scores, usual[1])


def test_test_rows_change_nothing_that_is_fitted(usual, tmp_path):
    frame = simulated(3_000, share=0.15)
    test = usual[2].test.rows
    frame.loc[test, "_amount"] = frame.loc[test, "_amount"].to_numpy()[::-1]
    frame.loc[test, "memo"] = "quite another text"
    found, _, given, _ = learned(tmp_path, frame)
    assert found.reader.profile == usual[0].reader.profile
    files = [each.order.folder / "model.onnx" for each in (given, usual[2])]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_legitimate_rows_left_out_are_made_up_for(usual, tmp_path):
    found, scores, given, _ = learned(
        tmp_path, simulated(3_000, share=0.15), negatives_per_fraud=1.0
    )
    assert found.reader.kept_share < 0.3
    assert scores.mean() == pytest.approx(given.test.label.mean(), abs=0.03)


def test_one_trial_is_made_however_short_the_time(tmp_path):
    found, _, _, _ = learned(tmp_path, simulated(800), seconds=1, trials=10_000)
    assert 1 <= found.extras["tuning"]["trials"] < 10_000


def test_a_wish_to_keep_the_best_ends_the_trials(tmp_path):
    given, told = lesson(tmp_path, simulated(800), family="trees")
    given.wishes.keep_best = True
    found = boost.learn(given, Options(trials=50, seconds=600))
    assert found.extras["tuning"]["trials"] == 1 and found.extras["overall"] is None
    assert [event["steps_total"] for event in events(told) if event["event"] == "plan"][-1] == 1


def test_without_frauds_to_choose_by_the_usual_trees_are_grown(tmp_path):
    frame = simulated(2_000)
    frame.loc[1_000:, "_label"] = 0
    found, scores, _, told = learned(tmp_path, frame)
    assert (found.extras["tuning"]["trials"], found.extras["tuning"]["rounds"]) == (1, 200)
    assert np.isfinite(scores).all()
    assert {event["part"] for event in told if event["event"] == "point"} == {"train"}
    assert any("too few to choose by" in event.get("name", "") for event in told)


@pytest.mark.slow
def test_folds_and_a_random_split_are_measured(tmp_path):
    _, _, given, _ = found = learned(tmp_path, simulated(3_000, share=0.15), folds=3)
    overall = found[0].extras["overall"]
    assert overall["folds"]["count"] == 3 and overall["folds"]["days"] > 0
    assert 0.7 < overall["folds"]["ap"]["mean"] <= 1
    gap = overall["optimism_gap"]
    assert gap["gap"] == gap["ap_random"] - gap["ap_split"]
    test = given.test.frame()
    score = open_scorer(given.order.folder).score(test)
    assert gap["ap_split"] == pytest.approx(metrics.average_precision(given.test.label, score))


@pytest.mark.slow
def test_real_messages_are_told_by_their_words(tmp_path):
    table = pd.read_csv(real_data("sms_phishing.csv")).drop_duplicates("TEXT")
    label = (table["LABEL"].str.lower() == "smishing").astype("Int8")
    frame = pd.DataFrame({"_row": np.arange(len(table)), "_label": label.to_numpy()})
    frame = frame.assign(_amount=np.nan, _time=np.nan, _entity=None, TEXT=table["TEXT"].to_numpy())
    columns = to_plain([Column("TEXT", Role.TEXT, "sentences")])
    given, _ = lesson(tmp_path, frame, family="trees", columns=columns, clock="none")
    found = boost.learn(given, Options(seconds=20, trials=4, folds=0))
    found.reader.write(given.order.folder)
    scores = open_scorer(given.order.folder).score(given.test.frame())
    assert metrics.average_precision(given.test.label, scores) > 0.88
