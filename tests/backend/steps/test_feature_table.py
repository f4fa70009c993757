"""A transaction alone gets what it got among all: bits, not tolerances. Files, out of core."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backend.steps import archive, feature_table, shelves
from backend.steps.archive import Archive
from backend.steps.features import DAY, Plan
from tests.backend.steps.looped import COLUMNS, drawn, looped

PLAN = Plan.fit(drawn(200, seed=9), COLUMNS, delay=2.0 * DAY)
ROWS = 250


def built(plan: Plan, frame: pd.DataFrame, folder: Path, group: int = 90) -> pd.DataFrame:
    """Return what is written for a dataset kept in row groups of a few rows."""
    folder.mkdir()
    rows, past, target = folder / "rows.parquet", folder / "past", folder / "features.parquet"
    frame.to_parquet(rows, row_group_size=group)
    shelves.fill(plan, rows, past, folder)
    feature_table.build(plan, rows, past, target, folder)
    archive.write(plan, past, folder / "archive")
    assert not list(folder.glob("*.bin")), "what was laid down is gone"
    return pd.read_parquet(target)


def opened(plan: Plan, folder: Path) -> Archive:
    return Archive.open(plan, folder / "archive")


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "ROWS_AT_ONCE", 50)
    monkeypatch.setattr(feature_table, "ROWS_ASKED", 40)


def test_written_features_equal_a_plain_loop(tmp_path: Path, small_blocks: None) -> None:
    frame = drawn(ROWS)
    found = built(PLAN, frame, tmp_path / "a")
    assert found["_row"].tolist() == frame["_row"].tolist()
    features = found.drop(columns="_row")
    assert (features.dtypes == np.float32).all()
    pd.testing.assert_frame_equal(features.astype(float), looped(PLAN, frame), rtol=1e-6, atol=1e-3)


def test_one_row_alone_equals_the_row_in_bulk(tmp_path: Path, small_blocks: None) -> None:
    frame = drawn(ROWS)
    found = built(PLAN, frame, tmp_path / "a").drop(columns="_row")
    for at in [*range(0, ROWS, 29), int(frame["_time"].argmax()), int(frame["_time"].argmin())]:
        alone = feature_table.of_transactions(PLAN, frame.iloc[[at]], opened(PLAN, tmp_path / "a"))
        pd.testing.assert_frame_equal(alone, found.iloc[[at]], check_exact=True)


def test_a_new_row_gets_what_it_would_have_got_as_the_last_of_the_file(tmp_path: Path) -> None:
    frame = drawn(ROWS)
    new = frame.iloc[[7]].assign(_time=frame["_time"].max() + 60, _amount=77.0, _row=9_999)
    new = new.reset_index(drop=True)
    built(PLAN, frame, tmp_path / "a")
    alone = feature_table.of_transactions(
        PLAN, new.drop(columns=["_row", "_label"]), opened(PLAN, tmp_path / "a")
    )
    among = built(PLAN, pd.concat([frame, new], ignore_index=True), tmp_path / "b")
    last = among.tail(1).drop(columns="_row").reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, last, check_exact=True)


def test_an_unknown_customer_and_a_bare_row_have_no_past(tmp_path: Path) -> None:
    built(PLAN, drawn(ROWS), tmp_path / "a")
    now = drawn(ROWS)["_time"].max() + DAY
    stranger = {"_time": now, "_amount": 5.0, "_entity": "new", "_counterparty": "'; DROP"}
    bare = pd.DataFrame([stranger, {"_amount": 5.0}, {"_time": now}], index=[4, 5, 6])
    found = feature_table.of_transactions(PLAN, bare, opened(PLAN, tmp_path / "a"))
    assert found.index.tolist() == [4, 5, 6] and list(found) == list(PLAN.words)
    assert found.loc[4, "_past_entity_new"] == 1 and found.loc[4, "_past_pair_count_30d"] == 0
    assert np.isnan(found.loc[4, "_past_entity_since"])
    assert found.loc[4, "_past_risk_counterparty"] == np.float32(PLAN.prior)
    assert found.loc[[5, 6]].isna().all(axis=None)


def test_shuffled_files_give_shuffled_features(tmp_path: Path, small_blocks: None) -> None:
    frame = drawn(ROWS)
    shuffled = frame.sample(frac=1, random_state=0)
    straight, mixed = built(PLAN, frame, tmp_path / "a"), built(PLAN, shuffled, tmp_path / "b")
    pd.testing.assert_frame_equal(
        mixed.sort_values("_row", ignore_index=True), straight, check_exact=True
    )


@pytest.mark.parametrize("gone", ["_entity", "_counterparty", "_amount", "_time", "_label"])
def test_datasets_that_lack_something(tmp_path: Path, gone: str) -> None:
    frame = drawn(120)
    frame[gone] = pd.Series([np.nan if gone in ("_amount", "_time") else None] * 120,
                            dtype=frame[gone].dtype)  # fmt: skip
    plan = Plan.fit(frame, COLUMNS, delay=DAY)
    found = built(plan, frame, tmp_path / "a").drop(columns="_row")
    pd.testing.assert_frame_equal(found.astype(float), looped(plan, frame), rtol=1e-6, atol=1e-3)
    alone = feature_table.of_transactions(plan, frame.iloc[[11]], opened(plan, tmp_path / "a"))
    pd.testing.assert_frame_equal(alone, found.iloc[[11]], check_exact=True)


def test_headers_of_any_kind(tmp_path: Path) -> None:
    name = 'a "b" / ../c'
    columns = tuple(
        type(column)(name if column.name == "trade" else column.name, column.role, "")
        for column in COLUMNS
    )
    frame = drawn(ROWS).rename(columns={"trade": name})
    plan = Plan.fit(frame, columns, delay=DAY)
    found = built(plan, frame, tmp_path / "a")
    assert plan.categories == (name,) and found[f"_past_risk_{name}"].notna().any()
