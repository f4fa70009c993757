"""Scores go to SQL in bulk, once each, and only from the attempt that holds the job."""

from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import func, select

from backend import score_store
from backend.attempts import Attempt
from db import Prediction, transaction
from tests.backend.launching import claimed


def scores(path: Path, rows: int = 25_000) -> Path:
    draw = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "row": np.arange(rows),
            "part": np.where(np.arange(rows) % 2, "test", "validation"),
            "score": draw.random(rows),
            "label": pd.array(draw.choice([0, 1, None], rows), dtype="Int8"),
            "amount": draw.random(rows) * 100,
            "time": np.arange(rows, dtype=float),
        }
    )
    frame.to_parquet(path)
    return path


def stored(run_id: int) -> int:
    with transaction(reading=True) as session:
        mine = select(func.count()).where(Prediction.run_id == run_id)
        return session.execute(mine).scalar_one()


def hold(attempt: Attempt) -> tuple[int, int]:
    return attempt.run_id, attempt.number


def test_every_score_is_stored_once_however_often_it_is_told(each_house, tmp_path) -> None:
    attempt, heard = claimed(), []
    path = scores(tmp_path / "scores.parquet")
    for _ in range(2):
        assert score_store.store(path, attempt.run_id, hold(attempt), heard.append) == 25_000
    assert stored(attempt.run_id) == 25_000
    assert heard[:3] == [10_000, 20_000, 25_000]
    with transaction(reading=True) as session:
        first = session.get(Prediction, (attempt.run_id, 0))
    expected = pd.read_parquet(path).iloc[0]
    assert (first.score, first.part, first.amount) == (
        expected["score"],
        "validation",
        expected["amount"],
    )
    assert first.label == (None if pd.isna(expected["label"]) else expected["label"])


def test_an_older_attempt_stores_nothing(each_house, tmp_path) -> None:
    attempt = claimed()
    path = scores(tmp_path / "scores.parquet", 10)
    assert score_store.store(path, attempt.run_id, (attempt.run_id, 0)) is None
    assert stored(attempt.run_id) == 0


def test_forgetting_leaves_other_runs_alone(house, tmp_path) -> None:
    one, other = claimed("a"), claimed("b")
    path = scores(tmp_path / "scores.parquet", 10)
    for attempt in (one, other):
        score_store.store(path, attempt.run_id, hold(attempt))
    assert score_store.forget(one.run_id, hold(one))
    assert (stored(one.run_id), stored(other.run_id)) == (0, 10)


def test_a_file_without_rows_stores_none(house, tmp_path) -> None:
    attempt = claimed()
    path = scores(tmp_path / "scores.parquet", 0)
    assert score_store.store(path, attempt.run_id, hold(attempt)) == 0
