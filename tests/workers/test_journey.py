"""The training process as the supervisor starts it: a child, on real rows, with a real encoder."""

import json
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from backend import files
from backend.scorer import open_scorer
from settings import ROOT
from tests.workers import learning
from workers.steps.export import TOLERANCE

QUICK = {"seconds": 60, "trials": 2, "folds": 2}
TINY = {"batch_size": 16, "epochs": 6.0, "learning_rate": 2e-3, "max_length": 48, "checks": 3}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("learning")
    learning.simulated(900).to_parquet(folder / "rows.parquet")
    learning.tiny_encoder(folder / "encoder")
    return folder


@pytest.fixture(scope="module")
def bert(place):
    """A finished run of the tiny encoder: (folder, events)."""
    options = {**TINY, "negatives_per_fraud": 4.0}
    folder = learning.order(
        place / "bert", place / "rows.parquet", options=options, encoder=str(place / "encoder")
    )
    code, events, logged = learning.follow(folder)
    assert code == 0, logged
    return folder, events


@pytest.fixture(scope="module")
def logistic(place):
    folder = learning.order(place / "logistic", place / "rows.parquet", family="logistic")
    code, events, logged = learning.follow(folder)
    assert code == 0, logged
    return folder, events


@pytest.fixture(scope="module")
def trees(place):
    folder = learning.order(place / "trees", place / "rows.parquet", family="trees", options=QUICK)
    code, events, logged = learning.follow(folder)
    assert code == 0, logged
    return folder, events


@pytest.fixture(scope="module")
def transaction(place):
    options = {"size": "tiny", "networks": 1, "steps": 40, "events": 3, "past": True}
    folder = learning.order(
        place / "transaction", place / "rows.parquet", family="transaction", options=options
    )
    code, events, logged = learning.follow(folder)
    assert code == 0, logged
    return folder, events


def run_of(name, request):
    return request.getfixturevalue(name)


def metrics_of(folder):
    return json.loads((folder / "metrics.json").read_text())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bert", "logistic", "trees"])
def test_leaves_a_sealed_folder_and_says_so(name, request):
    folder, events = run_of(name, request)
    files.verify(folder)
    assert events[-1] == {"event": "done"}
    assert not (folder / "scratch").exists()
    told = {event["event"] for event in events}
    assert told >= {"stage", "plan", "point", "pace", "done"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bert", "logistic", "trees"])
def test_learns_what_the_simulation_hides(name, request):
    figures = metrics_of(run_of(name, request)[0])
    assert figures["test"]["ap"] > 3 * figures["test"]["prevalence"]
    assert figures["parity"] <= TOLERANCE


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bert", "logistic", "trees"])
def test_scores_every_validation_and_test_row_once(name, request):
    folder, _ = run_of(name, request)
    split = json.loads((folder / "split.json").read_text())
    scores = pd.read_parquet(folder / "predictions.parquet")
    assert scores["row"].is_unique
    assert scores["score"].between(0, 1).all()
    for part in ("validation", "test"):
        assert (scores["part"] == part).sum() == split["rows"][part]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bert", "logistic", "trees", "transaction"])
def test_one_row_alone_scores_as_it_did_in_bulk(name, request):
    folder, _ = run_of(name, request)
    scorer = open_scorer(folder)
    frame = learning.simulated(900)
    scores = pd.read_parquet(folder / "predictions.parquet")
    for row, score in scores[["row", "score"]].head(40).itertuples(index=False):
        assert scorer.score(frame.iloc[[row]])[0] == pytest.approx(score, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("family", ["constant", "amount"])
def test_the_least_models_go_the_same_way(place, family):
    folder = learning.order(place / family, place / "rows.parquet", family=family)
    code, _, logged = learning.follow(folder)
    assert code == 0, logged
    files.verify(folder)
    figures = metrics_of(folder)
    lift = figures["test"]["lift"]
    assert lift == pytest.approx(1) if family == "constant" else lift > 2


@pytest.mark.slow
def test_trees_tell_what_other_splits_say(trees):
    figures = metrics_of(trees[0])
    assert figures["overall"]["folds"]["count"] == 2
    assert figures["tuning"]["trials"] == 1  # validation holds too few frauds to choose by
    assert "extras" not in figures


@pytest.mark.slow
def test_keeps_every_fraud_and_tells_the_share(bert):
    folder, _ = bert
    figures = metrics_of(folder)
    split = json.loads((folder / "split.json").read_text())
    frauds, rows = split["frauds"]["train"], split["rows"]["train"]
    assert figures["rows_trained"] > 5 * frauds  # each epoch draws its own
    assert figures["kept_share"] == pytest.approx(4 * frauds / (rows - frauds))


@pytest.mark.slow
def test_corrects_the_scores_for_the_sampling(bert):
    folder, _ = bert
    scores = pd.read_parquet(folder / "predictions.parquet")
    assert scores["score"].mean() == pytest.approx(scores["label"].mean(), abs=0.06)


@pytest.mark.slow
def test_says_on_what_it_checks_while_it_learns(bert):
    folder, events = bert
    stages = [event["name"] for event in events if event["event"] == "stage"]
    looked = metrics_of(folder)["validation_sample"]
    assert any(f"{looked['rows']:,} validation rows" in stage for stage in stages)


@pytest.mark.slow
def test_the_analyst_finds_thresholds_and_standing(bert):
    scorer = open_scorer(bert[0])
    reader = scorer.reader
    assert 0 < reader.review <= reader.high <= 1
    assert len(reader.marks) == 1_001
    assert np.all(np.diff(reader.marks) >= 0)
    assert [reader.band(score) for score in (0, reader.high)] == ["low", "high"]


@pytest.mark.slow
def test_the_same_seed_gives_the_same_model(place, bert):
    again = learning.order(
        place / "again",
        place / "rows.parquet",
        options={**TINY, "negatives_per_fraud": 4.0},
        encoder=str(place / "encoder"),
    )
    assert learning.follow(again)[0] == 0
    scores = [pd.read_parquet(folder / "predictions.parquet") for folder in (again, bert[0])]
    assert np.allclose(scores[0]["score"], scores[1]["score"], atol=1e-6)


@pytest.mark.slow
def test_scores_a_whole_dataset_without_torch(place, bert):
    folder = learning.order(
        place / "whole", place / "rows.parquet", kind="score", model=str(bert[0])
    )
    code = (
        "import sys; from pathlib import Path; from workers.journey import main;"
        f"assert main(Path({str(folder)!r})) == 0;"
        "assert not {'torch', 'transformers', 'datasets'} & set(sys.modules), 'torch came along'"
    )
    asked = learning.whole(folder, place / "rows.parquet")
    line = [sys.executable, "-c", code]
    done = subprocess.run(line, input=asked, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    whole = pd.read_parquet(folder / "predictions.parquet").set_index("row")["score"]
    part = pd.read_parquet(bert[0] / "predictions.parquet").set_index("row")["score"]
    assert len(whole) == 900
    assert np.allclose(whole[part.index], part, atol=1e-6)


@pytest.mark.slow
def test_keeps_the_best_when_asked_to_stop(place):
    folder = learning.order(
        place / "stopped",
        place / "rows.parquet",
        options={**TINY, "epochs": 20.0, "batch_size": 4, "negatives_per_fraud": 0, "checks": 100},
        encoder=str(place / "encoder"),
    )
    events = []
    with learning.start(folder) as child:
        for line in child.stdout:
            events.append(json.loads(line))
            if events[-1].get("part") == "validation":
                child.send_signal(signal.SIGUSR1)
        logged = child.stderr.read()
    assert child.returncode == 0, logged
    planned = next(event["steps_total"] for event in events if event["event"] == "plan")
    assert max(event["step"] for event in events if event["event"] == "point") < planned
    files.verify(folder)
    assert metrics_of(folder)["best_step"] > 0


@pytest.mark.slow
def test_stops_at_once_when_told(place):
    folder = learning.order(
        place / "ended",
        place / "rows.parquet",
        options={**TINY, "epochs": 20.0, "batch_size": 4},
        encoder=str(place / "encoder"),
    )
    with learning.start(folder) as child:
        next(child.stdout)
        child.terminate()
        child.communicate()
    assert child.returncode == 143
    assert not (folder / "manifest.json").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"options": {"encoder": "someone/a-model"}}, "40 hex"),
        ({"options": {"encoder": "nowhere at all"}}, "neither a folder nor a hub name"),
        ({"options": {"epochs": -1}}, "epochs"),
        ({"options": {"surprise": 1}}, "surprise"),
    ],
)
def test_refuses_with_a_reason(tmp_path, place, changes, reason):
    folder = learning.order(tmp_path / "refused", place / "rows.parquet", **changes)
    code, events, _ = learning.follow(folder)
    assert code == 3
    assert events[-1]["event"] == "refused"
    assert reason in events[-1]["reason"]


@pytest.mark.slow
def test_refuses_rows_without_fraud(tmp_path):
    calm = learning.simulated(300, share=0.0)
    calm.to_parquet(tmp_path / "rows.parquet")
    folder = learning.order(tmp_path / "calm", tmp_path / "rows.parquet", family="logistic")
    code, events, _ = learning.follow(folder)
    assert code == 3
    assert "no fraud" in events[-1]["reason"]


@pytest.mark.slow
def test_says_when_the_loss_stops_being_a_number(place, tmp_path):
    folder = learning.order(
        tmp_path / "diverged",
        place / "rows.parquet",
        options={**TINY, "learning_rate": 1e-2},
        encoder=str(learning.tiny_encoder(tmp_path / "encoder", broken=True)),
    )
    code, events, logged = learning.follow(folder)
    assert code == 4, logged
    assert events[-1]["event"] == "diverged"
    losses = [event["loss"] for event in events if event["event"] == "point"]
    assert losses == [] or losses[-1] is None
