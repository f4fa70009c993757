"""What a run is worth at a number of alerts: the stored sums give what the rows give."""

from dataclasses import replace

import numpy as np
import pytest

from backend.steps import costs as money
from backend.steps import worth
from backend.steps.costs import Costs
from backend.steps.replicates import replicate
from backend.steps.resample import Resamples, clusters
from backend.steps.scored import Scored

COSTS = Costs(recovery=0.25, chargeback=12.0, review=4.0, false_alarm=7.0)


def scored(seed: int = 0, rows: int = 400) -> Scored:
    draw = np.random.default_rng(seed)
    label = (draw.random(rows) < 0.15).astype(np.int64)
    return Scored(
        row=np.arange(rows),
        label=label,
        score=np.round(draw.random(rows) * 0.6 + 0.3 * label, 2),
        amount=np.where(draw.random(rows) < 0.1, np.nan, draw.gamma(2, 50, rows)),
        time=np.sort(draw.random(rows)) * 30 * 86_400,
        entity=draw.integers(0, 60, rows),
        clock="date",
    )


@pytest.fixture(scope="module")
def rows() -> Scored:
    return scored()


@pytest.fixture(scope="module")
def grid(rows):
    return replicate(rows, Resamples(rows.label, clusters(rows)[0], times=60)).arrays


def drawn(rows: Scored, number: int) -> np.ndarray:
    """How often each row is in one resample."""
    cluster, _ = clusters(rows)
    resample = list(Resamples(rows.label, cluster, times=number + 1))[number]
    return resample.weight[cluster]


class TestFigures:
    def test_are_those_of_the_rows(self, rows, grid):
        place = worth.place_of_alerts(grid, 40)
        alert = rows.score >= grid["threshold"][place]
        found = worth.figures(grid, place, COSTS, rows.label.mean(), scale=2.0)
        fraud = rows.label == 1
        assert found["cost"].value == pytest.approx(
            2 * money.total(rows.label, rows.amount, alert, COSTS)
        )
        missed = np.nan_to_num(rows.amount)[fraud & ~alert].sum()
        assert found["missed_amount"].value == pytest.approx(2 * missed)
        assert found["found"].value == pytest.approx(alert[fraud].mean())
        assert found["right"].value == pytest.approx(fraud[alert].mean())
        assert found["alerts"].value == 2 * alert.sum()

    def test_of_a_resample_are_those_of_its_rows(self, rows, grid):
        place = worth.place_of_alerts(grid, 40)
        times = np.repeat(np.arange(len(rows)), drawn(rows, 7))
        again = rows.some(times)
        alert = again.score >= grid["threshold"][place]
        found = worth.figures(grid, place, COSTS, rows.label.mean())
        total = money.total(again.label, again.amount, alert, COSTS)
        assert found["cost"].replicates[7] == pytest.approx(total, rel=1e-5)
        assert found["found"].replicates[7] == pytest.approx(alert[again.label == 1].mean())

    def test_an_expected_fraud_rate_moves_money_and_precision_not_recall(self, rows, grid):
        place = worth.place_of_alerts(grid, 40)
        rare = Costs(fraud_rate=0.01)
        usual, moved = (
            worth.figures(grid, place, costs, float(rows.label.mean())) for costs in (Costs(), rare)
        )
        assert moved["right"].value < usual["right"].value
        assert moved["missed_amount"].value < usual["missed_amount"].value
        assert moved["found"].value == usual["found"].value


class TestNetValue:
    def test_is_what_alerting_nobody_costs_more(self, rows, grid):
        curve = worth.net_value(grid, COSTS, rows.label.mean(), None, 1.0, banded=True)
        nobody = money.total(rows.label, rows.amount, np.zeros(len(rows)), COSTS)
        assert curve.iloc[0].tolist() == [0, 0, 0, 0] and len(curve) == len(grid["alerts"]) + 1
        for place in (0, 20, len(curve) - 2):
            alert = rows.score >= grid["threshold"][place]
            mine = money.total(rows.label, rows.amount, alert, COSTS)
            assert curve["value"][place + 1] == pytest.approx(nobody - mine)
            assert curve["alerts"][place + 1] == alert.sum()

    def test_the_band_is_of_the_resamples_own_savings(self, rows, grid):
        curve = worth.net_value(grid, COSTS, rows.label.mean(), None, 1.0, banded=True)
        saved = []
        for number in range(60):
            again = rows.some(np.repeat(np.arange(len(rows)), drawn(rows, number)))
            alert = again.score >= grid["threshold"][30]
            nobody = money.total(again.label, again.amount, np.zeros(len(again)), COSTS)
            saved.append(nobody - money.total(again.label, again.amount, alert, COSTS))
        low, high = np.quantile(saved, (0.025, 0.975))
        assert (curve["low"][31], curve["high"][31]) == pytest.approx((low, high), rel=1e-4)

    def test_is_told_by_the_day_and_scaled(self, rows, grid):
        whole = worth.net_value(grid, COSTS, rows.label.mean(), None, 1.0, banded=False)
        weekly = worth.net_value(grid, COSTS, rows.label.mean(), 30.0, 7 / 30, banded=False)
        assert weekly["alerts"].to_numpy() == pytest.approx(whole["alerts"].to_numpy() / 30)
        assert weekly["value"].to_numpy() == pytest.approx(whole["value"].to_numpy() * 7 / 30)
        assert weekly["low"].isna().all()


class TestPlaces:
    def test_the_nearest_number_of_alerts(self):
        grid = {"alerts": np.array([1, 4, 10]), "threshold": np.array([0.9, 0.5, 0.1])}
        nearest = [worth.place_of_alerts(grid, each) for each in (0, 1, 3, 8, 99)]
        assert nearest == [worth.NOBODY, 0, 1, 2, 2]
        assert [worth.place_of_threshold(grid, each) for each in (1, 0.6, 0)] == [0, 1, 2]

    def test_the_cheapest_is_the_cheapest(self, rows, grid):
        place = worth.cheapest(grid, COSTS, rows.label.mean(), None)
        totals = [
            money.total(rows.label, rows.amount, rows.score >= each, COSTS)
            for each in grid["threshold"]
        ]
        assert totals[place] == pytest.approx(min(totals))

    def test_a_capacity_holds_it_back(self, rows, grid):
        days = 30.0
        free = worth.cheapest(grid, COSTS, rows.label.mean(), days)
        tight = Costs(**{**COSTS.to_plain(), "capacity": 0.5})
        held = worth.cheapest(grid, tight, rows.label.mean(), days)
        assert grid["alerts"][held] <= 15 < grid["alerts"][free]
        nothing = Costs(**{**COSTS.to_plain(), "capacity": 0.0})
        assert worth.cheapest(grid, nothing, rows.label.mean(), days) == worth.NOBODY


class TestNobody:
    def test_costs_what_all_frauds_cost(self, rows, grid):
        found = worth.figures(grid, worth.NOBODY, COSTS, rows.label.mean())
        nobody = np.zeros(len(rows))
        assert found["cost"].value == pytest.approx(
            money.total(rows.label, rows.amount, nobody, COSTS)
        )
        assert found["found"].value == 0 and np.isnan(found["right"].value)
        again = rows.some(np.repeat(np.arange(len(rows)), drawn(rows, 3)))
        total = money.total(again.label, again.amount, np.zeros(len(again)), COSTS)
        assert found["cost"].replicates[3] == pytest.approx(total, rel=1e-5)

    def test_is_chosen_when_every_alert_costs_more_than_it_saves(self, rows, grid):
        dear = Costs(review=1e6)
        assert worth.cheapest(grid, dear, rows.label.mean(), None) == worth.NOBODY

    def test_is_the_nearest_for_a_score_that_is_the_same_everywhere(self, rows):
        flat = replace(rows, score=np.zeros(len(rows)))
        one = replicate(flat, Resamples(flat.label, clusters(flat)[0], times=20)).arrays
        assert worth.place_of_alerts(one, 40) == worth.NOBODY
        assert (worth.threshold_of(one, -1), worth.alerts_of(one, -1)) == (np.inf, 0)
        assert (worth.threshold_of(one, 0), worth.alerts_of(one, 0)) == (0.0, len(rows))
