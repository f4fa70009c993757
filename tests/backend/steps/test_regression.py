"""Figures of predicted numbers against values worked out by hand, and scikit-learn."""

import numpy as np
import pytest
from scipy.stats import rankdata
from sklearn import metrics

from backend.steps import regression

VALUE = np.array([0, 10, 20, 30, 40, 50, 60, 70, 80, 140.0])
SAID = np.array([5, 5, 25, 20, 50, 45, 60, 90, 70, 120.0])


def test_figures_worked_out_by_hand():
    told = regression.judge(VALUE, SAID)
    # |off|: 5 5 5 10 10 5 0 20 10 20; squares: 25 25 25 100 100 25 0 400 100 400
    assert (told["rows"], told["mean"], told["mae"], told["bias"]) == (10, 50.0, 9.0, -1.0)
    assert told["rmse"] == pytest.approx(120**0.5)
    assert told["r2"] == pytest.approx(1 - 1_200 / 15_000)
    assert told["note"] == ""


def test_figures_are_those_of_scikit_learn():
    draw = np.random.default_rng(0)
    value, said = draw.gamma(2, 50, 500), draw.gamma(2, 50, 500)
    told = regression.judge(value, said)
    assert told["mae"] == pytest.approx(metrics.mean_absolute_error(value, said))
    assert told["rmse"] == pytest.approx(metrics.root_mean_squared_error(value, said))
    assert told["r2"] == pytest.approx(metrics.r2_score(value, said))
    ranks = np.corrcoef(rankdata(value), rankdata(said))[0, 1]
    assert told["spearman"] == pytest.approx(ranks)


def test_the_top_holds_its_share_and_no_more_than_could_be_had():
    value, said = np.zeros(100), np.arange(100.0)
    value[[99, 98, 50]] = [60.0, 20.0, 20.0]
    told = regression.top(value, said)
    assert [(each["rows"], each["caught"], each["best"]) for each in told] == [
        (1, 0.6, 0.6),
        (5, 0.8, 1.0),
        (10, 0.8, 1.0),
    ]


def test_tenths_fall_and_hold_every_row():
    told = regression.deciles(np.arange(25.0), np.arange(25.0))
    assert sum(each["rows"] for each in told) == 25 and len(told) == 10
    assert told[0] == {"rows": 3, "predicted": 23.0, "value": 23.0}
    assert np.all(np.diff([each["predicted"] for each in told]) < 0)


def test_rows_without_a_value_are_left_out_and_few_are_not_judged():
    told = regression.judge([*VALUE, np.nan], [*SAID, 1e9])
    assert told == regression.judge(VALUE, SAID)
    few = regression.judge(VALUE[:9], SAID[:9])
    assert few["mae"] is None and few["deciles"] == few["top"] == []
    assert few["note"].startswith("Only 9 rows")


def test_what_cannot_be_had_is_none():
    flat = regression.judge(np.ones(20), np.arange(20.0))
    assert flat["r2"] is None and flat["spearman"] is None and flat["mae"] is not None
    assert regression.judge(VALUE, np.ones(10))["spearman"] is None
    assert regression.top(np.array([-1.0, 2.0]), np.array([1.0, 2.0])) == []


def test_only_frauds_are_at_risk():
    found = regression.at_risk([1, 0, np.nan, 1], [5.0, 9.0, 3.0, np.nan])
    assert np.array_equal(found, [5.0, 0.0, np.nan, 0.0], equal_nan=True)
