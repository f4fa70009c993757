"""Frames of the parts gain the past, decided by the training part and seen by nobody too early."""

import json

import numpy as np
import pandas as pd
import pytest

from backend import files, pasts
from backend.errors import PastGone
from backend.scorer import open_scorer
from backend.steps import feature_table
from backend.steps.archive import Archive
from backend.steps.encode import Encoder
from backend.steps.fields import Fields
from tests.workers.learning import events, follow, lesson, order, simulated, whole
from workers.steps import recall


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recall")
    simulated(400).to_parquet(folder / "rows.parquet")
    return folder


@pytest.fixture(scope="module")
def run(place):
    """A finished run of a model that reads the past: (folder, events)."""
    folder = order(place / "logistic", place / "rows.parquet", family="logistic")
    code, told, logged = follow(folder)
    assert code == 0, logged
    return folder, told


@pytest.mark.slow
def test_a_model_of_numbers_reads_the_past_and_says_what_was_left_out(run):
    folder, told = run
    reader = open_scorer(folder).reader
    assert {each.name for each in reader.profile.past} <= set(reader.past.words)
    assert len(reader.profile.past) > 50
    assert recall.STAGE in [event.get("name") for event in told]
    left_out = json.loads((folder / "metrics.json").read_text())["columns_left_out"]
    assert left_out["Features of the past: places"].startswith("No pair of columns")
    assert not [name for name in left_out if name.startswith("_past_")]


@pytest.mark.slow
def test_a_past_that_is_gone_is_told_and_computed_anew_to_score_a_whole_dataset(place, run):
    model, frame = run[0], simulated(400)
    files.remove(pasts.linked(model))
    with pytest.raises(PastGone):
        open_scorer(model).score(frame.head(1))
    folder = order(place / "anew", place / "rows.parquet", kind="score", model=str(model))
    code, _, logged = follow(folder, whole(folder, place / "rows.parquet"))
    assert code == 0, logged
    every, part = (
        pd.read_parquet(each / "predictions.parquet").set_index("row")["score"]
        for each in (folder, model)
    )
    assert len(every) == 400
    assert np.allclose(every[part.index], part, atol=1e-6)
    alone = open_scorer(model).score(frame.iloc[[333]])
    assert alone[0] == pytest.approx(every[333], abs=1e-6)


def test_parts_have_the_past_of_their_own_rows(tmp_path):
    frame = simulated(400)
    given, told = lesson(tmp_path, frame, past=True)
    assert [column.name for column in given.columns[-len(given.past.words) :]] == [
        *given.past.words
    ]
    archive = Archive.open(given.past, pasts.linked(given.order.folder))
    for part in (given.train, given.validation, given.test):
        rows = part.frame()
        assert rows["_row"].tolist() == part.rows.tolist()
        alone = feature_table.of_transactions(given.past, rows.iloc[[0, -1]], archive)
        pd.testing.assert_frame_equal(alone, rows.iloc[[0, -1]][list(alone)], check_exact=True)
    assert recall.STAGE in [event.get("name") for event in events(told)]


def test_later_rows_change_nothing_that_is_fitted(tmp_path):
    frame = simulated(500)
    given, _ = lesson(tmp_path / "a", frame, past=True)
    later = np.concatenate([given.validation.rows, given.test.rows])
    other = frame.copy()
    draw = np.random.default_rng(1)
    for name in ("_amount", "_entity", "_counterparty", "shop", "distance", "memo"):
        other.loc[later, name] = draw.permutation(other.loc[later, name].to_numpy())
    other.loc[later, "_label"] = 1 - other.loc[later, "_label"]
    changed, _ = lesson(tmp_path / "b", other, past=True)
    assert np.array_equal(changed.train.rows, given.train.rows)
    assert changed.past == given.past
    fitted = [
        (
            Encoder.fit(one.train.fitting_frame(), one.columns, "date"),
            Fields.fit(one.train.fitting_frame(), one.columns, "date", bins=8, depth=4),
        )
        for one in (given, changed)
    ]
    assert fitted[0] == fitted[1]
    assert not changed.test.frame().equals(given.test.frame())


def test_without_a_time_or_with_columns_of_that_name_there_is_no_past(tmp_path):
    frame = simulated(300)
    untimed, told = lesson(tmp_path / "a", frame.assign(_time=np.nan), past=True)
    assert untimed.past is None and untimed.columns == untimed.order.columns
    assert not [name for name in untimed.train.frame() if name.startswith("_past_")]
    assert not events(told)


def test_files_that_were_imported_before_counterparties_were_kept(tmp_path):
    given, _ = lesson(tmp_path, simulated(300).drop(columns="_counterparty"), past=True)
    assert given.past.entity == "card" and not given.past.counterparty
    assert "counterparty" in given.past.left_out
    assert given.train.frame()["_past_entity_count_30d"].max() > 1
