"""Runs side by side: the paired verdict, the number of runs it allows for, and who is left out."""

from dataclasses import replace

import numpy as np
import pytest

from backend import attempts, comparisons, judgements, overlays, policies, runs
from backend.comparisons import Way
from backend.run_view import Run
from backend.steps import paired
from backend.steps.costs import DEFAULTS, Costs
from tests.backend.judging import Cards, cards, finished
from tests.backend.launching import launch, offer

WAY = Way(DEFAULTS)


@pytest.fixture
def on(house) -> Cards:
    return cards(rows=8_000, share=0.04)


def compared(on: Cards, *skills: float, **how: object) -> tuple[list[Run], comparisons.Comparison]:
    """Return finished runs of these skills, and how they stand beside the first of them."""
    chosen = [runs.get(finished(on, skill, seed)) for seed, skill in enumerate(skills)]
    measure, way = str(how.pop("measure", "cost")), how.pop("way", WAY)
    return chosen, comparisons.compare(chosen, chosen[0].id, measure, way)  # type: ignore[arg-type]


class TestVerdict:
    def test_is_the_difference_of_the_stored_replicates(self, on):
        (a, b), comparison = compared(on, 1.2, 2.6, measure="ap")
        found = comparison.of(b.id).differences["ap"]
        mine, base = (judgements.replicates(run.id)["ap"] for run in (b, a))
        assert (found.low, found.high) == paired.interval(mine - base)
        assert found.delta == judgements.of(b.id).value("ap") - judgements.of(a.id).value("ap")
        assert comparison.of(b.id).better is True

    def test_costs_less_is_better(self, on):
        (_, b), comparison = compared(on, 1.2, 2.6)
        standing = comparison.of(b.id)
        assert standing.differences["cost"].delta < 0
        assert standing.better is True and standing.reason == ""
        (_, worse), other = compared(on, 2.6, 1.2)
        assert other.of(worse.id).better is False

    def test_of_the_same_scores_is_not_distinguishable(self, on):
        run = runs.get(finished(on, 2.0))
        twin = runs.get(finished(on, 2.0, key="twin"))
        comparison = comparisons.compare([run, twin], run.id, "cost", WAY)
        standing = comparison.of(twin.id)
        assert standing.better is None
        assert standing.differences["cost"].delta == 0
        assert "holds zero" in standing.reason

    def test_allows_for_the_number_of_runs(self, on):
        _, comparison = compared(on, *np.linspace(1.6, 2.4, 7), measure="ap")
        assert comparison.compared == 6
        alone = [each.differences["ap"].p_value for each in comparison.ranked[1:]]
        adjusted = [each.adjusted for each in comparison.ranked[1:]]
        assert adjusted == pytest.approx(paired.holm(alone))
        for standing in comparison.ranked[1:]:
            ranked = standing.differences["ap"].better is not None and standing.adjusted < 0.05
            assert (standing.better is not None) == ranked
        unsure = [
            standing
            for standing in comparison.ranked[1:]
            if standing.differences["ap"].better is not None and standing.better is None
        ]
        assert all("all 6 runs" in standing.reason for standing in unsure)

    def test_holm_takes_back_what_one_comparison_alone_would_say(self, on):
        _, comparison = compared(on, 2.0, 2.2, measure="ap")
        standing = comparison.ranked[1]
        edge = replace(standing.differences["ap"], p_value=0.03, better=True, reason="")
        stood = [comparison.ranked[0], *[replace(standing, differences={"ap": edge})] * 2]
        _, second, _ = comparisons._adjusted(stood, "ap")
        assert second.better is None and second.adjusted == pytest.approx(0.06)
        assert second.reason == (
            "Not distinguishable once all 2 runs compared are allowed for."
        )  # fmt: skip

    def test_with_few_frauds_ranks_nobody(self, house):
        few = cards(rows=4_000, share=0.03)  # some 18 in the test part
        (_, b), comparison = compared(few, 1.0, 3.0)
        assert 10 <= comparison.baseline.told["frauds"] < 30
        standing = comparison.of(b.id)
        assert standing.better is None and "fewer than 30" in standing.reason


class TestAlerts:
    def test_every_run_raises_as_many_as_the_baseline(self, on):
        _, comparison = compared(on, 1.2, 2.6)
        a, b = comparison.ranked
        assert a.alerts == b.alerts and a.threshold != b.threshold

    def test_so_many_a_day(self, on):
        _, comparison = compared(on, 1.2, 2.6, way=Way(DEFAULTS, alerts=4.0))
        for standing in comparison.ranked:
            assert standing.alerts / comparison.days == pytest.approx(4.0, rel=0.05)

    def test_own_thresholds_are_those_saved(self, on):
        a, b = (runs.get(finished(on, skill)) for skill in (1.5, 2.5))
        policies.save(b.id, 0.5, DEFAULTS.to_plain(), "Ann", "fits the team")
        own = Way(DEFAULTS, own_thresholds=True)
        comparison = comparisons.compare([a, b], a.id, "cost", own)
        saved = judgements.replicates(b.id)["threshold"]
        nearest = saved[np.abs(saved - 0.5).argmin()]
        assert comparison.of(b.id).threshold == nearest
        assert comparison.of(a.id).alerts != comparison.of(b.id).alerts

    def test_without_a_saved_one_it_is_the_cheapest(self, on):
        (a, _), comparison = compared(on, 2.0, 2.6)
        curve = judgements.money(a.id, DEFAULTS)
        cheapest = curve.loc[curve["cost"].idxmin(), "threshold"]
        assert comparison.of(a.id).threshold == cheapest


class TestLeftOut:
    def test_runs_on_other_transactions_are_never_ranked(self, on):
        a = runs.get(finished(on, 2.0))
        elsewhere = cards(rows=6_000, share=0.05, seed=9, name="other cards")
        other = runs.get(finished(elsewhere, 2.0, key="other"))
        comparison = comparisons.compare([a, other], a.id, "cost", WAY)
        assert [each.run.id for each in comparison.ranked] == [a.id]
        ((run, why),) = comparison.left_out
        assert run.id == other.id
        assert why.startswith("was judged on another dataset, other cards: 900 transactions with")
        assert comparison.of(other.id) is None and comparison.why_not(other.id) == why
        assert set(comparison.net_value["run_id"]) == {a.id}

    def test_a_run_that_has_not_finished_is_named(self, on):
        a = runs.get(finished(on, 2.0))
        waiting = runs.get(launch("waits", on.dataset_id))
        comparison = comparisons.compare([a, waiting], a.id, "cost", WAY)
        assert comparison.why_not(waiting.id) == "has no finished model"

    def test_another_split_of_the_same_dataset_is_another_test(self, on):
        a = runs.get(finished(on, 2.0))
        later = on.rows["_time"] > on.rows["_time"].quantile(0.9)
        moved = replace(on, rows=on.rows.assign(part=on.rows["part"].mask(later, "train")))
        b = runs.get(finished(moved, 2.0, key="moved"))
        comparison = comparisons.compare([b, a], a.id, "cost", WAY)
        assert comparison.why_not(b.id).startswith("was judged on another split of the data: ")

    def test_without_a_judged_baseline_nobody_is_ranked(self, on):
        offer()
        attempt = attempts.claim(launch("old", on.dataset_id), "worker-1")
        attempts.succeed(attempt.run_id, attempt.number, artefact="runs/none/1")
        old, new = runs.get(attempt.run_id), runs.get(finished(on, 2.0))
        comparison = comparisons.compare([old, new], old.id, "cost", WAY)
        assert comparison.ranked == () and comparison.compared == 0 and comparison.days is None
        assert "before comparisons were kept" in comparison.why_not(old.id)
        assert "no judged baseline" in comparison.why_not(new.id)
        assert comparison.net_value.empty

    def test_a_baseline_of_one_class_ranks_nobody(self, on):
        a, b = (runs.get(finished(on, skill)) for skill in (1.5, 2.5))
        judgements.replicates(a.id).clear()
        comparison = comparisons.compare([a, b], a.id, "cost", WAY)
        assert comparison.ranked == ()
        assert comparison.why_not(a.id) == "has no figure to compare"
        assert "no judged baseline" in comparison.why_not(b.id)


class TestCurves:
    def test_only_runs_in_colour_get_a_band(self, on):
        a, b = (runs.get(finished(on, skill)) for skill in (1.5, 2.5))
        points = comparisons.compare([a, b], a.id, "cost", WAY, banded=[b.id]).net_value
        assert points[points["run_id"] == a.id]["low"].isna().all()
        of_b = points[points["run_id"] == b.id]
        assert (of_b["low"] <= of_b["y"]).all() and (of_b["y"] <= of_b["high"]).all()

    def test_money_is_of_a_week_and_fits_the_costs_asked_for(self, on):
        a = runs.get(finished(on, 2.0))
        dear = Costs(review=50.0)
        points = comparisons.compare([a], a.id, "cost", Way(dear)).net_value.iloc[1:]
        told, curve = judgements.of(a.id).told, judgements.money(a.id, dear)
        wanted = curve["net_benefit"].head(len(points)) * 7 / told["days"]
        assert points["y"].to_numpy() == pytest.approx(wanted.to_numpy())
        assert points["x"].to_numpy() == pytest.approx(
            curve["alerts_per_day"].head(len(points)).to_numpy()
        )

    def test_precision_by_recall_is_as_it_was_judged(self, on):
        a = runs.get(finished(on, 2.0))
        points = comparisons.compare([a], a.id, "cost", WAY).precision_recall
        assert list(points.columns) == overlays.COLUMNS
        assert points["y"].tolist() == judgements.of(a.id).told["pr"]["precision"]


def test_money_is_offered_only_where_frauds_have_amounts(on, monkeypatch):
    run = runs.get(finished(on, 2.0))
    assert comparisons.measures_of(run)[0] == "cost"
    judgements.of(run.id).told["fraud_amount"] = 0.0
    assert comparisons.measures_of(run) == [m for m in comparisons.MEASURES if m != "cost"]


def test_days_are_those_of_the_test_part(on):
    run = runs.get(finished(on, 2.0))
    assert comparisons.days_of(run) == pytest.approx(18, rel=0.1)
    assert comparisons.days_of(runs.get(launch("waits", on.dataset_id))) is None
