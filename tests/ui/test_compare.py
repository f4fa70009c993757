"""The Compare page, drawn in process on runs judged by the real code."""

import re
from datetime import timedelta

import pytest

from backend import runs
from db import Point, now, transaction
from tests.backend.judging import cards, finished
from tests.backend.launching import launch, offer
from tests.ui.comparing import TWIN, A, B, C, add_losses, address, captions, change, table
from tests.ui.test_pages import open_page, primary, verdict
from ui.charts.run_lines import cues
from ui.parts import swatch

CHARTS = {"net-value", "precision-recall", "parallel", "losses"}


class TestVerdict:
    def test_names_the_money_and_its_interval(self, on):
        app = open_page("compare", runs="3,1", baseline=A, run=C)
        assert not app.exception and not app.error
        assert re.fullmatch(
            r"Run B costs €[\d,]+ less a week than run A "
            r"\(95% interval €[\d,]+ to €[\d,]+\)\.",
            verdict(app),
        )
        assert "Better than noise" in " ".join(each.value for each in app.markdown)
        assert "paired bootstrap, 1,000 draws of whole customers" in captions(app)
        assert primary(app) == ["Make champion"]

    def test_says_when_it_is_noise(self, on):
        app = open_page("compare", baseline=C, run=TWIN)
        assert verdict(app).startswith("Not distinguishable: run B costs €0 more a week")
        assert primary(app) == ["See predictions"]

    def test_tells_how_many_runs_it_allows_for(self, on):
        assert "adjusted for 3 runs compared (Holm)" in captions(open_page("compare"))

    def test_never_ranks_runs_on_other_data(self, on):
        other = finished(cards(rows=6_000, seed=3, name="elsewhere"), 2.0, key="other")
        app = open_page("compare", runs=f"{A},{other}", baseline=A, run=other)
        assert verdict(app).startswith("Not ranked: run B was judged on another dataset, elsewhere")
        assert f"Not ranked: {other} " in captions(app)
        assert primary(app) == ["New run"]

    def test_with_few_frauds_ranks_nobody(self, house):
        few = cards(rows=4_000, share=0.03)
        a, b = finished(few, 1.0), finished(few, 2.5)
        app = open_page("compare", baseline=a, run=b)
        assert re.match(r"Not ranked: \d\d frauds in the test part", verdict(app))
        assert "not ranked" in table(app, "Mark")["Cost against A"].iloc[0]

    def test_can_be_by_another_measure(self, on):
        app = open_page("compare", baseline=A, run=C, measure="Average precision")
        assert verdict(app).startswith("The average precision of run B is 0.")
        assert "Average precision against A" in table(app, "Mark").columns


class TestRuns:
    def test_the_table_is_the_legend(self, on):
        app = open_page("compare", runs="3,2,1", baseline=A, run=B)
        found = table(app, "Mark")
        one, two = cues([runs.get(A).slot, runs.get(B).slot])
        assert found["Mark"].tolist() == [swatch.address(cue) for cue in (None, two, one)]
        assert found["Run"].str.startswith("A ").tolist() == [False, False, True]
        assert found[""].tolist()[0] == "Compare" and found[""].isna().sum() == 2

    def test_a_filter_narrows_the_runs_and_keeps_both_sides(self, on):
        app = open_page("compare", baseline=A, run=C)
        assert len(table(app, "Mark")) == 4
        (slider,) = [each for each in app.select_slider if each.label == "Average precision"]
        low, *_ = slider.options
        slider.set_range(low, low).run()
        assert len(table(app, "Mark")) == 2
        again = open_page("compare", baseline=A, run=C, only_ap=address(app, "only_ap"))
        assert len(table(again, "Mark")) == 2
        (kept,) = [each for each in again.select_slider if each.label == "Average precision"]
        assert kept.value == (low, low)
        assert "2 runs left out by the filters above" in captions(app)

    def test_only_options_that_differ_are_shown(self, on):
        change(C, options={"regularisation": 0.1, "seed": 0})
        change(A, options={"regularisation": 1.0, "seed": 0})
        app = open_page("compare", runs="3,1", baseline=A, run=C)
        assert "1 option differs between the runs. 1 other the same in all runs not shown." in (
            captions(app)
        )
        assert list(app.table[0].value.columns) == ["Run", "Regularisation"]

    def test_runs_without_a_difference_say_so(self, on):
        app = open_page("compare", runs="3,1", baseline=A, run=C)
        assert "the same model with the same options" in captions(app)


class TestCases:
    def test_changed_decisions_come_by_amount_a_page_at_a_time(self, on):
        app = open_page("compare", runs="3,1", baseline=A, run=C)
        first = table(app, "Change")
        assert len(first) == 10 and first["Amount"].is_monotonic_decreasing
        second = table(
            open_page("compare", runs="3,1", baseline=A, run=C, changed_page=2), "Change"
        )  # fmt: skip
        assert second["Amount"].iloc[0] <= first["Amount"].iloc[-1]
        assert {"Score A", "Score B", "Truth", "Was right"} <= set(first.columns)

    def test_each_opens_its_own_page(self, on):
        app = open_page("compare", runs="3,1", baseline=A, run=C)
        row = table(app, "Change")["Line"].iloc[2] - 1
        app.session_state["opened-flip"] = {"row": 2}
        app.run()
        assert (address(app, "run"), address(app, "row")) == ("3", str(row))


class TestCharts:
    def test_all_are_drawn_with_words_and_a_table(self, on):
        for run_id in (A, B, C):
            add_losses(run_id)
        app = open_page("compare")
        drawn = app.get("plotly_chart")
        assert len(drawn) == 4
        assert all(each.proto.alt for each in drawn)
        keys = {each.key for each in app.get("download_button")}
        assert keys >= {f"{name}-csv" for name in CHARTS} | {"changed-csv", "report"}

    def test_thinning_is_said(self, on):
        with transaction() as session:
            for step in range(1, 1_001):
                where = {"run_id": A, "attempt": 1, "part": "validation", "step": step}
                session.add(Point(**where, loss=1 / step, at=now(session)))
        app = open_page("compare", runs="3,1", baseline=A, run=C)
        assert re.search(r"Thinned: \d+ of 1,000 points are drawn\.", captions(app))

    def test_a_run_without_epochs_is_named(self, on):
        add_losses(A)
        app = open_page("compare", runs="3,1", baseline=A, run=C, loss_over="Epoch")
        assert "None of these runs has a place by epoch." in captions(app)


class TestEmpty:
    @pytest.mark.parametrize("many", [0, 1])
    def test_says_what_to_do(self, house, many):
        if many:
            drawn = cards(rows=2_000, share=0.04)
            finished(drawn)
            launch("waits", drawn.dataset_id)  # and does not count
        app = open_page("compare")
        held = "there is 1 finished run." if many else "there are 0 finished runs."
        assert verdict(app) == f"Two finished runs of one dataset are needed, and {held}"
        assert primary(app) == ["New run"]

    def test_a_run_still_waiting_can_be_chosen_and_is_not_ranked(self, on):
        offer()
        waiting = launch("waits", on.dataset_id)
        app = open_page("compare", runs=f"{waiting},2,1", baseline=A, run=B)
        assert f"Not ranked: {waiting} " in captions(app)
        assert not app.exception


class TestTrees:
    def test_that_had_less_time_are_said_with_the_way_to_more(self, on):
        change(A, family="trees", automatic=True, options={"seconds": 30.0})
        began = runs.get(C).finished_at - timedelta(seconds=600)
        change(C, started_at=began)
        app = open_page("compare", baseline=A, run=C)
        assert "tuned for 30 s, the run took 10 min" in captions(app)
        assert "longer" in {each.key for each in app.button}

    def test_that_had_as_much_time_need_no_word(self, on):
        change(A, family="trees", automatic=True, options={"seconds": 600.0})
        change(C, started_at=runs.get(C).finished_at - timedelta(seconds=600))
        app = open_page("compare", baseline=A, run=C)
        assert "tuned for" not in captions(app)
        assert "longer" not in {each.key for each in app.button}
