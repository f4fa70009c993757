"""The decisions two runs make differently: which, in which order, and who was right."""

import csv
import io

import numpy as np
import pytest

from backend import flips, judgements
from tests.backend.judging import cards, finished


@pytest.fixture
def two(house):
    on = cards(rows=6_000, share=0.04)
    return finished(on, 1.5, seed=1), finished(on, 2.5, seed=2)


def test_exactly_the_rows_that_one_of_them_alerts(two):
    a, b = two
    found = flips.between(a, b, 0.3, 0.4)
    scored = judgements.test_scores(a).merge(
        judgements.test_scores(b)[["row", "score"]], on="row", suffixes=("_a", "_b")
    )
    wanted = {
        int(row.row) for row in scored.itertuples() if (row.score_a >= 0.3) != (row.score_b >= 0.4)
    }
    assert set(found["row"]) == wanted and len(found) == len(wanted) > 10


def test_each_change_says_who_was_right(two):
    found = flips.between(*two, 0.3, 0.3)
    for row in found.itertuples():
        b_alerts, fraud = row.score_b >= 0.3, row.label == 1
        change = {
            (True, True): "caught",
            (True, False): "missed",
            (False, True): "stopped",
            (False, False): "passed",
        }[(fraud, b_alerts)]
        assert row.change == change
        assert row.right == ("B" if fraud == b_alerts else "A")
    assert sum(flips.counts(found).values()) == len(found)
    assert flips.amounts(found)["caught"] == pytest.approx(
        found.loc[found["change"] == "caught", "amount"].sum()
    )


def test_the_largest_amounts_come_first_and_unknown_ones_last(two, monkeypatch):
    stored = judgements.test_scores

    def gap(run_id: int):
        frame = stored(run_id)
        frame.loc[frame["row"] % 3 == 0, "amount"] = np.nan
        return frame

    monkeypatch.setattr(judgements, "test_scores", gap)
    flips._between.cache_clear()
    found = flips.between(*two, 0.3, 0.3)
    known = found["amount"].dropna()
    assert known.is_monotonic_decreasing
    assert found["amount"].isna().iloc[len(known) :].all() and len(known) < len(found)


def test_a_score_at_the_threshold_is_alerted(two):
    a, b = two
    edge = float(judgements.test_scores(b)["score"].max())
    found = flips.between(a, b, 2.0, edge)
    assert len(found) == 1 and found["score_b"].item() == edge


def test_only_transactions_that_both_scored_are_compared(two, monkeypatch):
    a, b = two
    stored = judgements.test_scores

    def half(run_id: int):
        frame = stored(run_id)
        return frame[frame["row"] % 2 == 0] if run_id == b else frame

    whole = flips.between(a, b, 0.3, 0.3)
    flips._between.cache_clear()
    monkeypatch.setattr(judgements, "test_scores", half)
    found = flips.between(a, b, 0.3, 0.3)
    assert found["row"].tolist() == [row for row in whole["row"] if row % 2 == 0]
    flips._between.cache_clear()


def test_a_run_agrees_with_itself(two):
    found = flips.between(two[0], two[0], 0.3, 0.3)
    assert list(found.columns) == flips.COLUMNS and found.empty
    assert set(flips.counts(found).values()) == {0}
    assert set(flips.amounts(found).values()) == {0.0}


def test_the_csv_holds_every_change_and_counts_rows_from_one(two):
    found = flips.between(*two, 0.3, 0.3)
    text = b"".join(flips.export_csv(two[1], found)).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [int(row["row"]) - 1 for row in rows] == found["row"].tolist()
    assert rows[0]["time"].endswith("Z") and rows[0]["change"] in flips.BETTER
    empty = b"".join(flips.export_csv(two[1], found[:0])).decode()
    assert empty.startswith("row,change,right") and empty.count("\n") == 1
