"""What a threshold brings: the published example, brute force, and the shift to another rate."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.steps import costs, outcomes, priors
from backend.steps.costs import Costs

LABEL = [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
SCORE = [0.9, 0.35, 0.45, 0.4, 0.2, 0.2, 0.2, 0.1, 0.1, 0.0]
AMOUNT = [100, 300, 20, 50, 10, 10, 10, 5, 5, 5]
REVIEWS = Costs(recovery=0, chargeback=0, review=5, false_alarm=0)

rows = st.lists(
    st.tuples(
        st.sampled_from([0, 1]),
        st.sampled_from([0.0, 0.01, 0.3, 0.5, 0.999, 1.0]) | st.floats(0, 1),
        st.floats(0, 1e4),
    ),
    min_size=1,
    max_size=40,
)


def test_the_published_example_costs_what_it_should() -> None:
    """Thresholds and costs of the evaluation protocol's golden values."""
    asked = [1.1, 0.9, 0.45, 0.4, 0.35, 0.2, 0.1, 0.0]
    found = outcomes.table(outcomes.rank(LABEL, SCORE, AMOUNT), asked, REVIEWS)
    assert found["cost"].tolist() == [400, 305, 310, 315, 20, 35, 45, 50]
    at = found.set_index("threshold").loc[0.9]
    assert at["caught_amount"] / (at["caught_amount"] + at["missed_amount"]) == 0.25
    assert (at["alerts"], at["caught"], at["missed"], at["precision"]) == (1, 1, 1, 1)


@given(rows, st.floats(0, 1), st.sampled_from([Costs(), Costs(0.3, 15, 8, 2)]))
def test_it_is_what_summing_row_by_row_gives(made, threshold, chosen) -> None:
    label, score, amount = map(np.array, zip(*made, strict=True))
    (found,) = outcomes.table(outcomes.rank(label, score, amount), [threshold], chosen).itertuples()
    alert = score >= threshold
    assert found.cost == pytest.approx(costs.total(label, amount, alert, chosen))
    assert found.alerts == alert.sum()
    assert found.caught == (alert & (label == 1)).sum()
    assert found.caught_amount == pytest.approx(amount[alert & (label == 1)].sum(), abs=1e-6)
    assert found.missed_amount == pytest.approx(amount[~alert & (label == 1)].sum(), abs=1e-6)


def test_the_expected_precision_is_that_of_the_prior_shift() -> None:
    rate = 0.01
    found = outcomes.table(outcomes.rank(LABEL, SCORE, AMOUNT), [0.4], Costs(fraud_rate=rate)).iloc[
        0
    ]
    assert found["precision"] == pytest.approx(priors.precision_at(1 / 2, 2 / 8, rate))
    assert found["caught"] + found["missed"] == pytest.approx(len(LABEL) * rate)


def test_the_order_asked_is_the_order_given_and_ties_are_wholly_in() -> None:
    ranked = outcomes.rank([1, 0, 1], [0.5, 0.5, 0.5], [1, 1, 1])
    assert outcomes.table(ranked, [0.6, 0.5, 0.4], REVIEWS)["alerts"].tolist() == [0, 3, 3]


def test_rows_without_a_label_or_an_amount_are_no_fault() -> None:
    label = pd.Series([1, pd.NA, 1], dtype="Int8").to_numpy(dtype=float, na_value=math.nan)
    ranked = outcomes.rank(label, [0.9, 0.8, 0.1], [math.nan, 7, 20])
    assert len(ranked) == 2 and ranked.prevalence == 1
    at = outcomes.table(ranked, [0.5], REVIEWS).iloc[0]
    assert (at["alerts"], at["caught_amount"], at["missed_amount"]) == (1, 0, 20)


def test_without_rows_everything_is_nothing() -> None:
    ranked = outcomes.rank([], [], [])
    found = outcomes.table(ranked, [0.5], Costs()).iloc[0]
    assert ranked.prevalence is None
    assert found["cost"] == 0 and math.isnan(found["precision"])


def test_the_scale_rises_and_every_step_can_be_said_aloud() -> None:
    scale = outcomes.SCALE
    assert list(scale) == sorted(set(scale))
    assert scale[0] == 0 and scale[-1] == 1
    assert all(len(f"{each:g}".replace("0", "").replace(".", "")) <= 3 for each in scale)


@given(rows)
def test_deciding_by_amount_is_the_rule_of_each_row(made) -> None:
    label, score, amount = map(np.array, zip(*made, strict=True))
    chosen = Costs(0.3, 15, 8, 2)
    alert = costs.decide(score, amount, chosen)
    found = outcomes.by_amount(outcomes.rank(label, score, amount), chosen)
    assert found == pytest.approx(costs.total(label, amount, alert, chosen))


def test_deciding_by_amount_follows_the_expected_fraud_rate() -> None:
    draw = np.random.default_rng(3)
    score = draw.beta(0.3, 3, 20_000)
    label, amount = (draw.random(20_000) < score).astype(int), draw.lognormal(3, 1, 20_000)
    ranked = outcomes.rank(label, score, amount)
    for rate in (None, 0.01, 0.3):  # of true probabilities no single threshold does better
        chosen = Costs(fraud_rate=rate)
        best = outcomes.table(ranked, outcomes.SCALE, chosen)["cost"].min()
        assert outcomes.by_amount(ranked, chosen) < best
    assert outcomes.by_amount(outcomes.rank([], [], []), Costs()) == 0


GRID = {
    "alerts": np.array([2, 4, 10]),
    "fraud_amount_resampled": np.array([100.0, 0.0]),
    "missed_amount_resampled": np.array([[60.0, 20.0, 0.0], [0.0, 0.0, 0.0]]),
    "tp_resampled": np.array([[1.0, 3.0, 4.0], [0.0, 1.0, 2.0]]),
    "missed_resampled": np.array([[3.0, 1.0, 0.0], [2.0, 1.0, 0.0]]),
}


class TestCaught:
    @pytest.mark.parametrize(
        ("alerts", "amount", "frauds"),
        [
            (0, 0.0, [0.0, 0.0]),
            (1, 0.2, [0.125, 0.0]),
            (2, 0.4, [0.25, 0.0]),
            (3, 0.6, [0.5, 0.25]),
            (10, 1.0, [1.0, 1.0]),
        ],
    )
    def test_it_is_read_off_the_line_between_thresholds(self, alerts, amount, frauds) -> None:
        told = outcomes.caught(GRID, alerts)
        assert told["amount"][0] == pytest.approx(amount)
        assert told["frauds"] == pytest.approx(frauds)

    def test_without_an_amount_there_is_no_share_of_it(self) -> None:
        assert math.isnan(outcomes.caught(GRID, 2)["amount"][1])
