"""What thresholds of a judged run bring: by hand, by the costs, and at the policy in force."""

import numpy as np
import pytest

from backend import judgements, policies, thresholds
from backend.errors import ModelNotReady, RunNotFound
from backend.steps import costs
from backend.steps.costs import Costs
from backend.steps.interval import wilson
from backend.steps.outcomes import SCALE
from db import Dataset, transaction
from tests.backend import judging
from tests.backend.launching import claimed

USUAL = costs.DEFAULTS


@pytest.fixture
def judged(house) -> int:
    return judging.finished(judging.cards(rows=6_000, share=0.05), skill=2.0)


def test_a_week_is_what_the_test_part_brings_in_seven_days(judged) -> None:
    rows = judgements.test_scores(judged)
    days = np.ptp(rows["time"]) / 86_400
    design = thresholds.design(judged, USUAL)
    assert design.days == pytest.approx(days) and design.has_amounts
    at = design.at(0.1)
    alerts = rows[rows["score"] >= 0.1]
    frauds = alerts[alerts["label"] == 1]
    assert at.alerts == pytest.approx(len(alerts) / days)
    assert at.caught_amount == pytest.approx(frauds["amount"].sum() * 7 / days)
    assert at.precision == pytest.approx(len(frauds) / len(alerts))
    nobody = costs.total(rows["label"], rows["amount"], np.zeros(len(rows)), USUAL)
    cost = costs.total(rows["label"], rows["amount"], rows["score"] >= 0.1, USUAL)
    assert at.value == pytest.approx((nobody - cost) * 7 / days)


def test_the_best_saves_most_and_the_capacity_holds_it_back(judged) -> None:
    free = thresholds.design(judged, USUAL)
    assert free.limit == 0 and free.best_within == free.best
    assert free.best.value == free.table["value"].max()
    tight = thresholds.design(judged, Costs(capacity=free.best.alerts / 2))
    assert tight.best == free.best and not tight.fits(tight.best)
    assert tight.fits(tight.best_within)
    assert tight.best_within.alerts <= free.best.alerts / 2
    below = max(each for each in SCALE if each < tight.limit)
    assert tight.at(below).alerts > free.best.alerts / 2
    assert thresholds.design(judged, Costs(capacity=0)).best_within.alerts == 0


def test_the_curve_meets_the_table_and_lies_in_its_band(judged) -> None:
    curve, design = thresholds.curve(judged, USUAL), thresholds.design(judged, USUAL)
    assert (curve["low"] <= curve["high"]).all()
    assert ((curve["low"] <= curve["value"]) & (curve["value"] <= curve["high"])).mean() > 0.9
    assert curve["value"].max() == pytest.approx(design.best.value, rel=0.1)
    place = (curve["alerts"] - design.best.alerts).abs().argmin()
    assert curve["value"].iloc[place] == pytest.approx(design.best.value, rel=0.1)


@pytest.mark.parametrize(
    ("name", "value"),
    [("review", 30.0), ("false_alarm", 60.0), ("recovery", 0.6), ("chargeback", 300.0),
     ("fraud_rate", 0.3)],
)  # fmt: skip
def test_every_cost_moves_the_curve_and_the_table(judged, name, value) -> None:
    changed = Costs(**{name: value})
    before, after = thresholds.curve(judged, USUAL), thresholds.curve(judged, changed)
    assert not np.allclose(before["value"], after["value"])
    assert not np.allclose(before["low"], after["low"])
    usual, other = thresholds.design(judged, USUAL), thresholds.design(judged, changed)
    assert not np.allclose(usual.table["value"], other.table["value"])


def test_without_a_clock_it_tells_of_the_whole_test_part(judged) -> None:
    with transaction() as session:
        session.query(Dataset).one().clock = "none"
    design = thresholds.design(judged, Costs(capacity=1))
    rows = judgements.test_scores(judged)
    assert design.days is None and design.limit == 0
    assert design.at(0.1).alerts == (rows["score"] >= 0.1).sum()


def test_a_standing_without_a_policy_is_the_best_at_the_usual_costs(judged) -> None:
    standing = thresholds.standing(judged)
    assert standing.policy is None
    assert standing.outcome == thresholds.design(judged, USUAL, weekly=False).best
    low, high = standing.caught
    assert 0 <= low < standing.outcome.amount_share < high <= 1


def test_a_standing_follows_the_newest_policy_and_counts_the_test_part_as_it_is(judged) -> None:
    chosen = Costs(review=9, fraud_rate=0.2)
    policies.save(judged, 0.3217, chosen.to_plain(), "M. Huber", "try")
    standing = thresholds.standing(judged)
    assert (standing.policy.version, standing.outcome.threshold) == (1, 0.3217)
    rows = judgements.test_scores(judged)
    frauds = rows[(rows["score"] >= 0.3217) & (rows["label"] == 1)]
    assert standing.outcome.caught_amount == pytest.approx(frauds["amount"].sum())
    assert thresholds.costs_of(standing.policy) == chosen


def test_few_frauds_have_no_interval_in_money_and_wilsons_in_frauds(house) -> None:
    on = judging.cards(rows=2_000, share=0.05)
    few = judging.finished(on, key="money")
    assert thresholds.standing(few).caught is None
    curve = thresholds.curve(few, USUAL)
    assert curve["low"].isna().all() and curve["value"].notna().all()
    on.rows["_amount"] = np.nan
    at = thresholds.standing(judging.finished(on, key="frauds"))
    low, high = wilson(at.outcome.caught, at.outcome.caught + at.outcome.missed)
    assert at.caught == (low, high) and low < at.outcome.recall < high


def test_a_threshold_beside_the_scale_is_told_when_asked_for(judged) -> None:
    with pytest.raises(KeyError):
        thresholds.design(judged, USUAL).at(0.3217)
    assert thresholds.design(judged, USUAL, besides=0.3217).at(0.3217).threshold == 0.3217


def test_a_run_of_before_has_a_table_and_no_curve(house) -> None:
    run = judging.finished(judging.cards(rows=2_000, share=0.05))
    folder = house / "runs" / str(run) / "1"
    for name in ("judgement.json", "replicates.npz"):
        (folder / name).unlink()
    assert thresholds.curve(run, USUAL).empty
    standing = thresholds.standing(run)
    assert standing.caught is None and standing.outcome.caught > 0


def test_without_scores_there_is_nothing_to_tell(house) -> None:
    running = claimed()
    with pytest.raises(ModelNotReady):
        thresholds.design(running.run_id, USUAL)
    assert thresholds.standing(running.run_id) is None
    with pytest.raises(RunNotFound):
        thresholds.standing(99)
