"""A transaction transformer from rows to scores: with a history, without one, and typed by hand."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from backend import files
from backend.scorer import EVENTS, open_scorer
from backend.steps import form
from backend.steps.columns import Role, to_plain
from settings import ROOT
from tests.workers import learning
from workers.steps.export import TOLERANCE

QUICK = {"size": "tiny", "networks": 2, "steps": 150, "events": 3, "past": False}
pytestmark = pytest.mark.slow


def followed(folder, rows, **changes):
    rows.to_parquet(folder.parent / f"{folder.name}.parquet")
    done = learning.order(
        folder,
        folder.parent / f"{folder.name}.parquet",
        family="transaction",
        **{"options": QUICK, **changes},
    )
    code, events, logged = learning.follow(done)
    assert code == 0, logged
    return done, events


def habits(rows: int = 1500) -> pd.DataFrame:
    """Return rows whose frauds only the past gives away: more than ten times the last amount."""
    frame = learning.simulated(rows, seed=2, share=0.15).sort_values("_time", kind="stable")
    draw = np.random.default_rng(0)
    usual = frame.groupby("_entity")["_amount"].transform(lambda _: draw.lognormal(3, 4))
    fraud = frame["_label"].to_numpy(dtype=bool)
    hour = draw.integers(0, 24, rows) * 3_600.0
    return frame.assign(
        _row=np.arange(rows),
        _amount=usual * draw.lognormal(0, 0.1, rows) * np.where(fraud, 12, 1),
        _time=learning.START + np.sort(draw.integers(0, 120, rows)) * 86_400.0 + hour,
        distance=1.0 + draw.random(rows),
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished run where the past says all: (folder, events, rows)."""
    rows = habits()
    return *followed(tmp_path_factory.mktemp("attend") / "run", rows), rows


def test_leaves_a_sealed_folder_whose_model_is_proven(run):
    folder, events, _ = run
    files.verify(folder)
    assert {event["event"] for event in events} >= {"stage", "plan", "point", "pace", "done"}
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["parity"] <= TOLERANCE
    assert (folder / "model" / "model.safetensors").is_file()


def test_learns_from_what_was_before(run):
    figures = json.loads((run[0] / "metrics.json").read_text())["test"]
    assert figures["ap"] > 0.8


def test_one_row_alone_scores_as_it_did_in_bulk(run):
    folder, _, rows = run
    scorer = open_scorer(folder)
    scores = pd.read_parquet(folder / "predictions.parquet")
    by_row = rows.set_index("_row", drop=False)
    for row, score in scores[["row", "score"]].head(40).itertuples(index=False):
        assert scorer.score(by_row.loc[[row]])[0] == pytest.approx(score, abs=1e-6)


def test_a_stored_row_typed_by_hand_scores_the_same(run):
    folder, _, rows = run
    scorer = open_scorer(folder)
    reader = scorer.reader
    fields = form.fields_of(reader.profile, reader.columns, reader.fields)
    assert next(field.name for field in fields if field.kind == "entity") == "card"
    for place in range(700, 720):
        row = rows.iloc[place]
        typed = form.frame_of(reader.profile, fields, form.values_of(reader.profile, fields, row))
        assert scorer.score(typed) == pytest.approx(scorer.score(rows.iloc[[place]]), abs=1e-6)


def test_a_stranger_is_scored_without_a_past(run):
    folder, _, rows = run
    scorer = open_scorer(folder)
    asked = rows.iloc[[800, 800, 800]].assign(
        _entity=["never seen", None, rows["_entity"].iloc[800]]
    )
    stranger, nobody, known = scorer.score(asked)
    assert stranger == nobody != known


def test_scores_a_whole_dataset_without_torch(run, tmp_path):
    dataset = run[0].parent / "run.parquet"
    folder = learning.order(tmp_path / "whole", dataset, kind="score", model=str(run[0]))
    code = (
        "import sys; from pathlib import Path; from workers.journey import main;"
        f"assert main(Path({str(folder)!r})) == 0;"
        "assert not {'torch', 'transformers', 'datasets'} & set(sys.modules), 'torch came along'"
    )
    asked = learning.whole(folder, dataset)
    line = [sys.executable, "-c", code]
    done = subprocess.run(line, input=asked, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    whole = pd.read_parquet(folder / "predictions.parquet").set_index("row")["score"]
    part = pd.read_parquet(run[0] / "predictions.parquet").set_index("row")["score"]
    assert np.allclose(whole[part.index], part, atol=1e-6)


def test_the_same_seed_gives_the_same_model(run, tmp_path):
    again, _ = followed(tmp_path / "again", run[2])
    scores = [pd.read_parquet(each / "predictions.parquet")["score"] for each in (again, run[0])]
    assert np.allclose(*scores, atol=1e-6)


@pytest.mark.parametrize(
    ("missing", "roles"),
    [
        ({"_entity": None, "_amount": np.nan, "_time": np.nan}, (Role.NUMBER, Role.CATEGORY)),
        ({}, (Role.TEXT, Role.CATEGORY)),
    ],
)
def test_reads_what_there_is(tmp_path, missing, roles):
    rows = learning.simulated(600).assign(**missing)
    columns = to_plain(column for column in learning.COLUMNS if column.role not in roles)
    clock = "none" if "_time" in missing else "date"
    few = {**QUICK, "steps": 20}
    folder, _ = followed(tmp_path / "some", rows, columns=columns, clock=clock, options=few)
    scorer = open_scorer(folder)
    assert scorer.reader.fields.depth == (3 if not missing else 0)
    assert (folder / EVENTS).is_dir() == (not missing)
    assert len(scorer.score(rows.head(3).drop(columns=["_entity"] if missing else []))) == 3
