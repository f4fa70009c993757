"""What is judged: labelled rows in the order of the dataset, whatever order they were scored in."""

import numpy as np
import pandas as pd
import pytest

from backend.steps.scored import UNKNOWN, Scored, from_frame


def frame(**columns: object) -> pd.DataFrame:
    given = {
        "row": [3, 1, 2],
        "score": [0.3, 0.1, 0.2],
        "label": pd.array([1, 0, None], dtype="Int8"),
        "amount": [30.0, np.nan, 20.0],
        "time": [90_000.0, 10.0, 20.0],
    }
    return pd.DataFrame({**given, **columns})


def test_unlabelled_rows_are_left_out_and_the_rest_stands_by_row() -> None:
    scored = from_frame(frame(), np.array([7, 5, 6]), "date")
    assert scored.row.tolist() == [1, 3]
    assert scored.label.tolist() == [0, 1]
    assert scored.score.tolist() == [0.1, 0.3]
    assert scored.entity.tolist() == [5, 7]
    assert scored.money.tolist() == [0.0, 30.0]


def test_days_are_counted_on_the_clock() -> None:
    scored = from_frame(frame(), np.array([7, 5, 6]), "date")
    assert scored.day is not None and scored.day.tolist() == [0, 1]
    assert scored.days == pytest.approx(89_990 / 86_400)
    assert from_frame(frame(), np.array([7, 5, 6]), "none").day is None


@pytest.mark.parametrize("time", [[np.nan, 10.0, 20.0], [90_000.0, np.nan, 20.0]])
def test_one_unknown_time_leaves_no_days(time: list[float]) -> None:
    assert from_frame(frame(time=time), np.array([7, 5, 6]), "date").days is None


def test_one_unknown_entity_leaves_none() -> None:
    assert from_frame(frame(), np.array([7, 5, UNKNOWN]), "date").has_entities
    assert not from_frame(frame(), np.array([7, UNKNOWN, 6]), "date").has_entities


def test_some_rows_keep_the_clock() -> None:
    scored = from_frame(frame(), np.array([7, 5, 6]), "elapsed")
    fraud = scored.some(scored.label == 1)
    assert (fraud.row.tolist(), fraud.clock, len(fraud)) == ([3], "elapsed", 1)


def test_no_row_at_all() -> None:
    none = from_frame(frame().iloc[:0], np.array([], dtype=np.int64), "date")
    assert isinstance(none, Scored)
    assert (len(none), none.days, none.day, none.has_entities) == (0, None, None, False)
