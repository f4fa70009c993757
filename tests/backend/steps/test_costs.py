"""Golden costs of the evaluation protocol, then the money curve against every row counted."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.steps.costs import (
    COLUMNS,
    DEFAULTS,
    RESAMPLED,
    SUMS,
    Costs,
    curve,
    decide,
    optimum,
    savings,
    total,
)
from backend.steps.metrics import value_detection_rate

LABEL = np.array([1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
SCORE = np.array([0.9, 0.35, 0.45, 0.4, 0.2, 0.2, 0.2, 0.1, 0.1, 0.0])
AMOUNT = np.array([100, 300, 20, 50, 10, 10, 10, 5, 5, 5])
REVIEW_ONLY = Costs(recovery=0, chargeback=0, review=5, false_alarm=0)
GOLDEN = [
    (1.1, 400),
    (0.9, 305),
    (0.45, 310),
    (0.4, 315),
    (0.35, 20),
    (0.2, 35),
    (0.1, 45),
    (0, 50),
]
DEAR = Costs(recovery=0.4, chargeback=15, review=3, false_alarm=7)


def sums(label, score, amount, threshold):
    """What a grid holds of one threshold, row by row."""
    below = (label == 1) & (score < threshold)
    above = score >= threshold
    return (amount[below].sum(), below.sum(), (above & (label == 1)).sum(),
            (above & (label == 0)).sum())  # fmt: skip


def grid_of(label, score, amount, weights=None, threshold=None):
    """A money grid at every distinct score, as `replicates` gives it; `weights` are (B, n)."""
    label, score, amount = (np.asarray(each) for each in (label, score, amount))
    threshold = np.unique(score)[::-1] if threshold is None else threshold
    told = [sums(label, score, amount, each) for each in threshold]
    grid = dict(zip(SUMS, np.array(told, dtype=float).reshape(-1, 4).T, strict=True))
    grid |= {"threshold": threshold, "alerts": (score >= threshold[:, None]).sum(axis=1),
             "fraud_amount": np.array(amount[label == 1].sum(), dtype=float)}  # fmt: skip
    if weights is not None:
        alert, fraud = score >= threshold[:, None], label == 1
        each = (~alert * fraud * amount, ~alert * fraud, alert * fraud, alert * ~fraud)
        grid |= {name + RESAMPLED: (weights @ rows.T).astype(np.float32)
                 for name, rows in zip(SUMS, each, strict=True)}  # fmt: skip
        grid["fraud_amount" + RESAMPLED] = weights @ (fraud * amount)
    return grid


def drawn(rows, seed=0):
    draw = np.random.default_rng(seed)
    label = (draw.random(rows) < 0.2).astype(int)
    label[:2] = 0, 1
    return label, np.round(draw.random(rows) * 0.6 + label * 0.3, 1), draw.integers(1, 500, rows)


@pytest.mark.parametrize(("threshold", "cost"), GOLDEN)
def test_cost_of_the_handbook_toy(threshold, cost):
    assert total(LABEL, AMOUNT, threshold <= SCORE, REVIEW_ONLY) == cost


def test_the_curve_of_the_handbook_toy():
    told = curve(grid_of(LABEL, SCORE, AMOUNT), REVIEW_ONLY, 0.2, days=2.0)
    assert list(told.columns) == COLUMNS
    assert told["threshold"].tolist() == [0.9, 0.45, 0.4, 0.35, 0.2, 0.1, 0]
    assert told["cost"].tolist() == [305, 310, 315, 20, 35, 45, 50]
    assert told["alerts"].tolist() == [1, 2, 3, 4, 7, 9, 10]
    assert told["alerts_per_day"].tolist() == [0.5, 1, 1.5, 2, 3.5, 4.5, 5]
    assert told["net_benefit"].tolist() == [95, 90, 85, 380, 365, 355, 350]
    assert told["value_detected"].tolist()[:4] == [0.25, 0.25, 0.25, 1]
    assert told["precision"].tolist()[:4] == pytest.approx([1, 1 / 2, 1 / 3, 1 / 2])
    assert told["savings"][3] == pytest.approx(
        1 - 20 / 50
    )  # everybody alerted costs 50, nobody 400
    assert told[["low", "high", "net_low", "net_high"]].isna().all(axis=None)


def test_savings_compare_with_the_better_of_nobody_and_everybody():
    assert savings(LABEL, AMOUNT, SCORE >= 0.35, REVIEW_ONLY) == pytest.approx(0.6)
    assert savings(LABEL, AMOUNT, SCORE >= 0.9, REVIEW_ONLY) == pytest.approx(1 - 305 / 50)
    assert math.isnan(savings([0, 0], [5, 5], [False, True], REVIEW_ONLY))


def test_every_cost_is_counted_where_it_belongs():
    # Missed 100: 60 lost and a chargeback of 15. Alerts: a fraud 3, a false alarm 3 + 7.
    assert total([1, 1, 0, 0], [100, 50, 9, 9], [False, True, True, False], DEAR) == 75 + 3 + 10
    assert total([1], [math.nan], [False], DEAR) == 15
    assert total([], [], [], DEAR) == 0


def test_a_row_is_alerted_when_its_loss_exceeds_the_look():
    # (3 + 7) / (L + 7): L = 60 + 15 asks for .1220, L = 15 (amount unknown) for .4545.
    score, amount = [0.121, 0.123, 0.454, 0.455], [100, 100, math.nan, math.nan]
    assert decide(score, amount, DEAR).tolist() == [False, True, False, True]


def test_deciding_row_by_row_costs_least_of_all_decisions_expected():
    score, amount = np.array([0.05, 0.3, 0.02, 0.6]), np.array([400, 5, 1_000, 2])
    choices = np.array(np.meshgrid(*[[False, True]] * 4)).reshape(4, -1).T

    def of(alert):
        missed = score @ (DEAR.loss(amount) * ~alert)
        return missed + alert.sum() * DEAR.review + (1 - score) @ alert * DEAR.false_alarm

    assert of(decide(score, amount, DEAR)) == pytest.approx(min(of(each) for each in choices))


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10_000), rows=st.integers(2, 60), recovery=st.floats(0, 1),
    money=st.tuples(*[st.integers(0, 10_000).map(lambda cents: cents / 100)] * 3),
)  # fmt: skip
def test_the_curve_is_the_exact_cost_at_each_threshold(seed, rows, recovery, money):
    label, score, amount = drawn(rows, seed)
    costs = Costs(recovery, *money)
    told = curve(grid_of(label, score, amount), costs, label.mean(), None)
    for row in told.itertuples():
        alert = score >= row.threshold
        assert row.cost == pytest.approx(total(label, amount, alert, costs))
        assert row.savings == pytest.approx(savings(label, amount, alert, costs), nan_ok=True)
        assert row.value_detected == pytest.approx(value_detection_rate(label, amount, alert))
        assert row.recall == pytest.approx(alert[label == 1].mean())
    assert told["alerts_per_day"].isna().all()


def test_an_expected_fraud_rate_is_as_if_legitimate_rows_came_more_often():
    label, score, amount = drawn(80)
    often = np.repeat(np.arange(80), np.where(label == 1, 1, 5))
    rate = label.sum() / len(often)
    told = curve(grid_of(label, score, amount), Costs(fraud_rate=rate), label.mean(), 4.0)
    repeated = curve(grid_of(label[often], score[often], amount[often]), DEFAULTS, None, 4.0)
    share = 80 / len(often)  # the curve is of as many rows as there are
    for name in ("cost", "net_benefit", "alerts_per_day"):
        assert told[name].to_numpy() == pytest.approx(repeated[name].to_numpy() * share)
    for name in ("precision", "recall", "savings", "value_detected"):
        assert told[name].to_numpy() == pytest.approx(repeated[name].to_numpy())


@pytest.mark.parametrize("rate", [None, 0.05])
def test_bands_hold_the_curves_of_the_resamples(rate):
    label, score, amount = drawn(120)
    weights = np.random.default_rng(1).multinomial(120, [1 / 120] * 120, 200)
    costs = Costs(fraud_rate=rate)
    told = curve(grid_of(label, score, amount, weights), costs, label.mean(), None)
    redone = []
    for weight in weights:
        again = np.repeat(np.arange(120), weight)
        grid = grid_of(label[again], score[again], amount[again], None, np.unique(score)[::-1])
        redone.append(curve(grid, costs, label[again].mean(), None)[["cost", "net_benefit"]])
    cost, net = np.array(redone).transpose(2, 0, 1)
    for values, low, high in [(cost, "low", "high"), (net, "net_low", "net_high")]:
        ends = np.quantile(values, [0.025, 0.975], axis=0)
        assert np.allclose(told[[low, high]].to_numpy().T, ends, rtol=1e-4)
    assert (told["low"] <= told["cost"]).all() and (told["cost"] <= told["high"]).all()


def test_the_optimum_costs_least_within_the_capacity():
    told = curve(grid_of(LABEL, SCORE, AMOUNT), REVIEW_ONLY, 0.2, days=2.0)
    assert optimum(told, REVIEW_ONLY) == 3  # .35: two alerts a day
    assert optimum(told, Costs(capacity=2)) == 3
    assert optimum(told, Costs(capacity=1.9)) == 0  # 305, 310 and 315 fit
    assert optimum(told, Costs(capacity=0.4)) is None
    undated = curve(grid_of(LABEL, SCORE, AMOUNT), REVIEW_ONLY, 0.2, days=None)
    assert optimum(undated, Costs(capacity=0.4)) == 3


def test_rows_of_one_class_and_no_rows_have_a_curve():
    calm = curve(grid_of([0, 0, 0], [0.3, 0.2, 0.1], [5, 5, 5]), DEFAULTS, 0.0, 1.0)
    assert calm["cost"].tolist() == [15, 30, 45] and calm["net_benefit"].tolist() == [-15, -30, -45]
    assert calm[["recall", "value_detected", "savings"]].isna().all(axis=None)
    bad = curve(grid_of([1, 1], [0.3, 0.2], [5, 5]), Costs(fraud_rate=0.1), 1.0, 1.0)
    assert bad["cost"].tolist() == [30, 10] and bad["precision"].tolist() == [1, 1]
    empty = curve(grid_of([], [], []), DEFAULTS, None, None)
    assert empty.empty and list(empty.columns) == COLUMNS and optimum(empty, DEFAULTS) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("recovery", 1.1), ("recovery", -0.1), ("chargeback", -1), ("review", math.nan),
     ("false_alarm", math.inf), ("fraud_rate", 1.5), ("capacity", -1)],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name(field, value):
    with pytest.raises(ValueError, match=rf"{field} .*{value}"):
        Costs(**{field: value})


def test_survive_their_plain_form():
    costs = Costs(0.1, 20, 3, 4, 0.002, 50)
    assert Costs.from_plain(json.loads(json.dumps(costs.to_plain()))) == costs
    assert Costs.from_plain({}) == DEFAULTS
