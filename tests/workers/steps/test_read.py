"""Parts hold labelled rows that are theirs alone, and every row keeps its own number."""

import numpy as np
import pandas as pd

from backend.steps.coverage import periods, uncovered
from backend.steps.days import DAY
from tests.workers.learning import COLUMNS, simulated
from workers.steps import read

MONTHS, LABELLED, ROWS = 24, 16, 500  # months, of them labelled, rows a month


def late_rows(folder):
    """Rows as in IBM's file: in the last months nobody looked, and every row says "No"."""
    frame = simulated(MONTHS * ROWS, share=0.08)
    months = pd.date_range("2018-01-01", periods=MONTHS, freq="MS").as_unit("s").astype("int64")
    month = np.repeat(np.arange(MONTHS), ROWS)
    frame["_time"] = months.to_numpy()[month] + np.tile(np.arange(ROWS) * 5_000.0, MONTHS)
    frame.loc[month >= LABELLED, "_label"] = 0
    frame.to_parquet(folder / "rows.parquet")
    days = frame.assign(day=frame["_time"] // DAY, fraud=frame["_label"] == 1)
    counted = days.groupby("day").agg(
        transactions=("_label", "size"), labelled=("_label", "count"), frauds=("fraud", "sum")
    )
    return counted.reset_index().astype("int64")


def test_the_test_part_holds_frauds_once_silent_months_are_left_out(tmp_path):
    silent = uncovered(periods(late_rows(tmp_path), "date"))
    assert len(silent) == 1
    table = read.open_table(tmp_path / "rows.parquet", COLUMNS, tmp_path / "scratch")

    _, trusting = read.divide(table, 7)
    split, part = read.divide(table, 7, silent)

    assert not (trusting["test"].label == 1).any()
    assert (part["test"].label == 1).sum() > 50
    assert (part["validation"].label == 1).sum() > 50
    left_out = (MONTHS - LABELLED) * ROWS
    assert len(part["unlabelled"]) == left_out
    assert np.isnan(part["unlabelled"].label).all()
    assert split.caveats == (f"{left_out:,} rows in periods without labels were left out.",)


def test_without_such_periods_nothing_is_said(tmp_path):
    simulated(400).to_parquet(tmp_path / "rows.parquet")
    table = read.open_table(tmp_path / "rows.parquet", COLUMNS, tmp_path / "scratch")

    split, part = read.divide(table, 3)

    assert not any("periods" in caveat for caveat in split.caveats)
    assert len(part["unlabelled"]) == 0


def test_rows_put_aside_leave_gaps_and_every_row_keeps_its_own_number(tmp_path):
    frame = simulated(600)
    frame["_row"] = frame["_row"] * 3 + 1  # two of three were put aside
    frame.to_parquet(tmp_path / "rows.parquet")
    own = frame.set_index("_row")
    table = read.open_table(tmp_path / "rows.parquet", COLUMNS, tmp_path / "scratch")

    _, parts = read.divide(table, 3)

    for part in parts.values():
        found = part.frame().set_index("_row")
        assert found["_amount"].equals(own.loc[found.index, "_amount"])


def timeless(copies, folder):
    """Rows without time or entity, the last of them copies of others, opened as a table."""
    frame = simulated(600).assign(_time=np.nan, _entity=None)
    drawn = frame.sample(copies, random_state=0).assign(_label=0)
    frame = pd.concat([frame, drawn], ignore_index=True)
    frame["_row"] = np.arange(len(frame))
    frame.to_parquet(folder / "rows.parquet")
    return frame, read.open_table(folder / "rows.parquet", COLUMNS, folder / "scratch")


def test_a_training_row_that_would_be_met_again_is_left_out(tmp_path):
    frame, table = timeless(60, tmp_path)
    told = ["_amount", "shop", "distance", "memo"]

    split, part = read.divide(table, 3)

    rows = {name: set(map(tuple, part[name].frame()[told].to_numpy())) for name in part}
    assert not rows["train"] & (rows["validation"] | rows["test"])
    assert 0 < len(part["gap"]) < 60
    assert split.caveats[-1].startswith(f"{len(part['gap'])} training rows that equal")
    assert sum(map(len, part.values())) == len(frame)


def test_rows_that_are_alike_by_their_nature_are_kept_and_told(tmp_path):
    frame = simulated(600).assign(
        _time=np.nan, _entity=None, _counterparty=None, _amount=np.nan, distance=np.nan, memo=None
    )
    frame.to_parquet(tmp_path / "rows.parquet")
    table = read.open_table(tmp_path / "rows.parquet", COLUMNS, tmp_path / "scratch")

    split, part = read.divide(table, 3)

    assert len(part["gap"]) == 0
    assert "(100%)" in split.caveats[-1] and "so they were kept" in split.caveats[-1]
