"""A comparison in words: direction, interval and reason, and never a figure that is not there."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from backend.comparisons import Comparison, Standing
from backend.judgements import Judgement
from backend.steps.costs import DEFAULTS
from backend.steps.paired import Verdict
from backend.steps.worth import Figure
from ui.parts import compare_words as words

TOLD = {"rows": 7_500, "frauds": 66, "days": 30.0, "resamples": 1_000, "cluster": "entity"}
LESS = Verdict(-3_240.0, -5_200.0, -1_100.0, 0.002, better=True)
NOISE = Verdict(120.0, -900.0, 1_150.0, 0.7, reason="Not distinguishable: it holds zero.")


def run(number: int) -> SimpleNamespace:
    return SimpleNamespace(id=number, name=f"run {number}", currency="EUR")


def standing(number: int, measure: str, verdict: Verdict | None) -> Standing:
    figures = {measure: Figure(0.5, np.array([0.4, 0.6]))}
    against = {} if verdict is None else {measure: verdict}
    better = verdict.better if verdict else None
    reason = verdict.reason if verdict else ""
    return Standing(run(number), 0.3, 360, figures, against, 0.01, better, reason)


def comparison(measure: str = "cost", verdict: Verdict = LESS, **told: object) -> Comparison:
    empty = pd.DataFrame()
    ranked = (standing(1, measure, None), standing(2, measure, verdict))
    return Comparison(measure, ranked, (), empty, empty, Judgement(1, TOLD | told), DEFAULTS)


class TestVerdict:
    def test_says_by_how_much_and_how_surely(self):
        said = words.verdict(comparison(), 2, "EUR")
        assert said == "Run B costs €3,240 less a week than run A (95% interval €1,100 to €5,200)."
        assert len(said) <= 100

    def test_says_both_directions_where_the_interval_holds_zero(self):
        said = words.verdict(comparison(verdict=NOISE), 2, "EUR")
        assert said == (
            "Not distinguishable: run B costs €120 more a week (95% interval €900 less to €1,150 "
            "more)."
        )

    def test_says_when_only_the_number_of_runs_makes_it_noise(self):
        one = comparison()
        unsure = replace(one.ranked[1], better=None, reason="All 2 runs are allowed for.")
        three = replace(one, ranked=(one.ranked[0], unsure, standing(3, "cost", NOISE)))
        said = words.verdict(three, 2, "EUR")
        assert said.startswith("Not distinguishable among 2 runs: run B costs €3,240 less a week")

    def test_without_days_speaks_of_the_test_rows(self):
        said = words.verdict(comparison(days=None), 2, "EUR")
        assert said.startswith("Run B costs €3,240 less on the test rows than run A")

    @pytest.mark.parametrize(
        ("measure", "sentence"),
        [
            ("found", "Run B finds 3.1 points more of the frauds than run A (95% interval"),
            ("ap", "The average precision of run B is 0.031 higher than run A (95% interval"),
            ("auroc", "The AUROC of run B is 0.031 higher than run A (95% interval"),
            ("recall_at_1_fpr", "Stopping 1 in 100 good, run B finds 3.1 points more than run A"),
        ],
    )
    def test_by_every_measure(self, measure, sentence):
        better = Verdict(0.031, 0.006, 0.052, 0.01, better=True)
        assert words.verdict(comparison(measure, better), 2, "EUR").startswith(sentence)

    def test_with_few_frauds_ranks_nobody(self):
        few = Verdict(-10.0, -20.0, -1.0, reason="Only 12 frauds in the test part.")
        said = words.verdict(comparison(verdict=few, frauds=12), 2, "EUR")
        assert said == "Not ranked: 12 frauds in the test part cannot tell two runs apart."

    def test_gives_the_reason_of_the_run_that_is_left_out(self):
        other = run(3)
        left = replace(comparison(), left_out=((other, "was judged on another dataset, x"),))
        assert words.verdict(left, 3, "EUR") == (
            "Not ranked: run B was judged on another dataset, x."
        )  # fmt: skip
        mine = replace(comparison(), ranked=(), left_out=((run(1), "has no finished model"),))
        assert words.verdict(mine, 2, "EUR") == "Not ranked: run A has no finished model."


class TestBadge:
    @pytest.mark.parametrize(
        ("verdict", "text", "colour"),
        [
            (LESS, "Better than noise", "green"),
            (replace(LESS, better=False), "Worse than run A", "red"),
            (NOISE, "Within noise", "gray"),
            (Verdict(None, reason="No figure."), "Not ranked", "orange"),
        ],
    )
    def test_says_the_verdict(self, verdict, text, colour):
        said, icon, seen = words.badge(comparison(verdict=verdict), 2)
        assert (said, seen) == (text, colour) and icon.startswith(":material/")

    def test_of_a_run_that_is_left_out(self):
        assert words.badge(comparison(), 9)[0] == "Not ranked"


class TestEvidence:
    def test_names_rows_alerts_method_and_runs(self):
        assert words.evidence(comparison(), 2) == (
            "Same test rows for both: 7,500 transactions with 66 frauds · 12 alerts a day · paired "
            "bootstrap, 1,000 draws of whole customers"
        )
        three = comparison()
        three = replace(three, ranked=(*three.ranked, standing(3, "cost", NOISE)))
        assert words.evidence(three, 2).endswith("adjusted for 2 runs compared (Holm)")

    def test_of_a_run_that_is_left_out_names_what_run_a_was_judged_on(self):
        assert words.evidence(comparison(), 9) == (
            "Runs are ranked only on the same test transactions. Run A: 7,500 transactions with "
            "66 frauds."
        )

    def test_without_a_judged_baseline(self):
        assert "only on the same test" in words.evidence(replace(comparison(), baseline=None), 2)

    def test_few_alerts_are_told_to_two_digits(self):
        few = replace(standing(2, "cost", None), alerts=28)
        assert words.alerts(few, 30.0) == "0.93 alerts a day"
        assert words.alerts(few, None) == "28 alerts"


class TestFigures:
    def test_a_figure_that_is_no_number_is_a_dash(self):
        assert words.value(Figure(math.nan, np.array([])), "right", "EUR") == "–"
        assert words.value(None, "cost", "EUR") == "–"
        assert words.interval(Verdict(0.0), "cost", "EUR") == "–"

    def test_points_are_written_once(self):
        worse = Verdict(-0.094, -0.163, -0.040, 0.01, better=False)
        assert words.difference(-0.094, "found", "") == "9.4 points fewer"
        assert words.interval(worse, "found", "") == "4.0 to 16.3 points"

    def test_money_is_of_a_week_where_days_are_known(self):
        assert words.title("cost", 30.0) == "Cost a week"
        assert words.title("cost", None) == "Cost, test rows"
        assert words.title("ap", 30.0) == "Average precision"
