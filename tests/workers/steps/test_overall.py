"""What other splits say: folds back in time, and what a random split would promise."""

import dataclasses

import numpy as np
import pytest

from backend.steps import metrics, split
from tests.workers.learning import lesson, simulated
from workers.steps import overall


def drifting(rows=6_000):
    """A fraud is told by the number of its month, which the future holds a new one of."""
    frame = simulated(rows, share=0.2)
    month = ((frame["_time"] - frame["_time"].min()) // (10 * 86_400)).to_numpy()
    lucky = (np.arange(rows) % 7).astype(float)
    frame["distance"] = np.where(frame["_label"] == 1, 100 * month + lucky, 100 * month + 50)
    return frame


def by_heart(train):
    """Learn which distances were fraud: perfect on neighbours, blind on the future."""
    known = set(train.frame()["distance"][train.label == 1].round())
    return lambda part: part.frame()["distance"].round().isin(known).to_numpy(dtype=float)


def by_amount(train):
    return lambda part: part.frame()["_amount"].fillna(0).to_numpy(dtype=float)


def test_what_is_learned_by_heart_is_found_out(tmp_path):
    given, _ = lesson(tmp_path, drifting())
    told = overall.measure(given, by_heart, by_heart(given.train), folds=3, seconds=600)
    gap = told["optimism_gap"]
    assert gap["ap_random"] == pytest.approx(1.0)
    assert gap["ap_split"] == pytest.approx(given.test.label.mean(), abs=0.05)
    assert gap["gap"] == gap["ap_random"] - gap["ap_split"]
    assert gap["draws"] == 3


def test_folds_are_those_of_the_split_judged_one_by_one(tmp_path):
    given, _ = lesson(tmp_path, drifting())
    told = overall.measure(given, by_amount, by_amount(None), folds=3, seconds=600)["folds"]
    frame = drifting()
    label = frame["_label"].to_numpy(dtype=float)
    amount = frame["_amount"].fillna(0).to_numpy()
    back = split.folds(frame["_time"].to_numpy(), label, given.divided, 3)
    tests = [fold.part == split.TEST for fold in back]
    expected = [metrics.average_precision(label[test], amount[test]) for test in tests]
    assert told["ap"]["values"] == pytest.approx(expected)
    assert told["ap"]["mean"] == pytest.approx(np.mean(expected))
    assert told["ap"]["sd"] == pytest.approx(np.std(expected, ddof=1))
    assert told["frauds"] == [int(label[test].sum()) for test in tests]
    assert told["count"] == 3 and told["note"] == ""


def test_rows_without_a_time_have_neither(tmp_path):
    frame = simulated(800).assign(_time=np.nan, _entity=None)
    given, _ = lesson(tmp_path, frame, clock="none")
    told = overall.measure(given, by_amount, by_amount(None), folds=3, seconds=600)
    assert told == {"optimism_gap": None, "folds": None}


def test_too_few_frauds_have_no_spread_but_a_note(tmp_path):
    given, _ = lesson(tmp_path, simulated(900, share=0.03))
    told = overall.measure(given, by_amount, by_amount(None), folds=3, seconds=600)
    assert told["optimism_gap"] is None
    assert told["folds"]["ap"]["mean"] is None and "Fewer than two" in told["folds"]["note"]


def test_a_wish_to_stop_begins_no_further_fold(tmp_path):
    given, _ = lesson(tmp_path, simulated(900))
    stopped = dataclasses.replace(given.wishes, keep_best=True)
    given = dataclasses.replace(given, wishes=stopped)
    assert overall.measure(given, by_amount, by_amount(None), 3, 600)["folds"] is None
