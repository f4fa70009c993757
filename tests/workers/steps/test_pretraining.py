"""Pre-training sees no label and nothing after the training time, and gives a run its start."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from backend import files
from backend.errors import NotTrainable
from backend.steps.columns import Role, to_plain
from tests.workers import learning
from workers.models.pretrain import Options
from workers.steps import pretraining
from workers.steps.export import TOLERANCE
from workers.steps.pretraining import training_time
from workers.voice import DAMAGED, REFUSED

QUICK = {"steps": 20, "events": 3, "past": False}


def weights(folder, frame, **options) -> tuple[dict[str, torch.Tensor], int]:
    """Return what a pre-training learns from a frame, and from how many rows."""
    lesson, _ = learning.lesson(folder, frame, family="pretrain")
    learned = pretraining.learn(lesson, Options(**{**QUICK, **options}))
    return load_file(lesson.order.folder / "model" / "model.safetensors"), learned.rows_trained


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_what_comes_later_and_what_rows_are_labelled_changes_nothing(tmp_path):
    frame = learning.simulated(600, seed=3).sort_values("_time", ignore_index=True)
    lesson, _ = learning.lesson(tmp_path / "first", frame)
    end = frame["_time"].iloc[training_time(lesson).rows.max()]
    later = (frame["_time"] > end).to_numpy()
    changed = frame.assign(
        _amount=frame["_amount"].where(~later, 9_999.0),
        _entity=frame["_entity"].where(~later, "somebody"),
        shop=frame["shop"].where(~later, "elsewhere"),
        _label=pd.array(1 - frame["_label"].to_numpy(dtype=int), dtype="Int8"),
    )
    before, rows = weights(tmp_path / "one", frame)
    after, rows_after = weights(tmp_path / "other", changed)
    assert rows == rows_after < len(frame)
    assert same(before, after)
    assert not same(before, weights(tmp_path / "third", frame, seed=1)[0])


def test_rows_without_a_label_count_up_to_the_end_of_the_training_time(tmp_path):
    frame = learning.simulated(600, seed=3).sort_values("_time", ignore_index=True)
    label = frame["_label"].where(np.arange(600) % 10 == 0)
    lesson, _ = learning.lesson(tmp_path / "few", frame.assign(_label=label))
    part = training_time(lesson)
    times = frame["_time"].to_numpy()[part.rows]
    assert len(part) > 5 * len(lesson.train)
    assert times.max() <= frame["_time"].to_numpy()[lesson.train.rows].max()
    assert not set(part.rows) & (set(lesson.validation.rows) | set(lesson.test.rows))


def test_without_any_label_all_rows_are_learned_from(tmp_path):
    frame = learning.simulated(300)
    nobody_knows = frame.assign(_label=pd.array([None] * 300, dtype="Int8"))
    _, rows = weights(tmp_path / "none", nobody_knows)
    assert rows == 300 - 30  # the last tenth is looked at only


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A finished pre-training and a run that started from it: (its folder, the other's)."""
    place = tmp_path_factory.mktemp("pretraining")
    rows = place / "rows.parquet"
    learning.simulated(900).to_parquet(rows)
    first = learning.order(place / "first", rows, family="pretrain", options=QUICK)
    code, events, logged = learning.follow(first)
    assert code == 0, logged
    assert [event["part"] for event in events if event["event"] == "point"].count(
        "validation"
    ) == 10
    options = {**QUICK, "size": "tiny", "networks": 2, "start_from": 1, "auxiliary": 0.1}
    second = learning.order(
        place / "second", rows, family="transaction", options=options, start=str(first)
    )
    code, _, logged = learning.follow(second)
    assert code == 0, logged
    return first, second


@pytest.mark.slow
def test_a_pretraining_ends_well_without_a_score(runs):
    folder, _ = runs
    files.verify(folder)
    told = json.loads((folder / "metrics.json").read_text())
    assert "test" not in told
    assert told["guess_loss"] > 0
    assert pd.read_parquet(folder / "predictions.parquet").empty
    assert not (folder / "model.onnx").exists()


@pytest.mark.slow
def test_what_starts_from_it_carries_everything_over_but_the_answers(runs):
    _, folder = runs
    told = json.loads((folder / "metrics.json").read_text())
    answers = 2 * 2  # bias and last layer of two networks
    assert told["carried"]["tensors_carried"] == told["carried"]["tensors"] - answers
    assert told["parity"] <= TOLERANCE


@pytest.mark.slow
@pytest.mark.parametrize(
    ("damaged", "ends_with", "why"), [(True, DAMAGED, "differs"), (False, REFUSED, "is gone")]
)
def test_a_start_that_is_damaged_or_gone_is_refused(runs, tmp_path, damaged, ends_with, why):
    first, _ = runs
    start = None
    if damaged:
        start = str(tmp_path / "copy")
        shutil.copytree(first, tmp_path / "copy")
        (tmp_path / "copy" / "model" / "model.safetensors").write_bytes(b"other weights")
    options = {**QUICK, "start_from": 1}
    rows = first.parent / "rows.parquet"
    folder = learning.order(
        tmp_path / "run", rows, family="transaction", options=options, start=start
    )
    code, events, _ = learning.follow(folder)
    assert code == ends_with
    assert why in events[-1]["reason"]


def test_rows_of_nothing_but_text_are_refused(tmp_path):
    text = [column for column in learning.COLUMNS if column.role in (Role.TEXT, Role.LABEL)]
    frame = learning.simulated(200, seed=4).assign(_amount=np.nan, _time=np.nan)
    lesson, _ = learning.lesson(tmp_path, frame, family="pretrain", columns=to_plain(text))
    with pytest.raises(NotTrainable, match="nothing to guess"):
        pretraining.learn(lesson, Options(**QUICK))
