"""The past of a dataset is computed once, is complete or not there, and goes with its dataset."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backend import files, pasts
from backend.errors import PastGone
from backend.steps import feature_table
from backend.steps.archive import Archive
from backend.steps.features import DAY, Plan
from tests.backend.steps.looped import COLUMNS, drawn

PLAN = Plan.fit(drawn(200, seed=9), COLUMNS, delay=2.0 * DAY)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    home = tmp_path / "datasets" / "one"
    home.mkdir(parents=True)
    drawn(120).to_parquet(home / "rows.parquet")
    (tmp_path / "scratch").mkdir()
    return home / "rows.parquet"


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path / "scratch"


def written(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_what_is_there_is_used_again(dataset: Path, scratch: Path) -> None:
    heard: list[float] = []
    folder = pasts.prepared(PLAN, dataset, scratch, heard.append)
    files.verify(folder)
    assert heard == sorted(heard) and heard[0] > 0 and heard[-1] <= 1
    before = written(folder)
    assert pasts.prepared(PLAN, dataset, scratch) == folder
    assert written(folder) == before
    assert {path.name for path in dataset.parent.iterdir()} == {"rows.parquet", folder.name}
    assert not [path for path in scratch.rglob("*") if path.is_file()]


def test_another_plan_or_another_file_is_another_past(dataset: Path, scratch: Path) -> None:
    later = replace(PLAN, delay=3.0 * DAY)
    assert pasts.folder_of(PLAN, dataset) != pasts.folder_of(later, dataset)
    before = pasts.folder_of(PLAN, dataset)
    drawn(130).to_parquet(dataset)
    assert pasts.folder_of(PLAN, dataset) != before
    again = Plan.from_plain(PLAN.to_plain())
    assert pasts.folder_of(again, dataset) == pasts.folder_of(PLAN, dataset)


def test_what_a_killed_process_left_is_replaced(dataset: Path, scratch: Path) -> None:
    draft = pasts.folder_of(PLAN, dataset).with_suffix(".draft")
    (draft / "past-0").mkdir(parents=True)
    (draft / pasts.FEATURES).write_text("half of it")
    (scratch / "sorted").mkdir()
    folder = pasts.prepared(PLAN, dataset, scratch)
    files.verify(folder)
    assert not draft.exists()


def test_two_at_once_share_one(dataset: Path, scratch: Path) -> None:
    places = [scratch / name for name in "ab"]
    for place in places:
        place.mkdir()
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda place: pasts.prepared(PLAN, dataset, place), places))
    assert found[0] == found[1]
    files.verify(found[0])


def test_a_model_finds_it_also_after_both_moved_and_says_when_it_is_gone(
    dataset: Path, scratch: Path, tmp_path: Path
) -> None:
    model = tmp_path / "runs" / "1"
    model.mkdir(parents=True)
    folder = pasts.prepared(PLAN, dataset, scratch)
    pasts.link(model, folder)
    assert pasts.linked(model).samefile(folder)
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in ("datasets", "runs"):
        shutil.move(tmp_path / name, moved / name)
    found = pasts.linked(moved / "runs" / "1")
    frame = drawn(120)
    table = pd.read_parquet(found / pasts.FEATURES).drop(columns="_row")
    alone = feature_table.of_transactions(PLAN, frame.iloc[[7]], Archive.open(PLAN, found))
    assert np.array_equal(alone.to_numpy(), table.iloc[[7]].to_numpy(), equal_nan=True)
    shutil.rmtree(found)
    with pytest.raises(PastGone, match="Score the whole dataset"):
        pasts.linked(moved / "runs" / "1")
