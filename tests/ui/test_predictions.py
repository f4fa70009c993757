"""The threshold designer and the alerts that follow, drawn on a run judged by the real code."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from backend import policies, runs, thresholds
from backend.steps import costs
from backend.steps.costs import Costs
from tests.backend import judging
from tests.conftest import set_setting
from tests.ui.opened import button, cards, charts, open_page, panels, primary, text, verdict

INPUTS = ["capacity", "review", "false_alarm", "chargeback", "recovery", "fraud_rate"]


@pytest.fixture(scope="module")
def furnished(migrated_sqlite) -> Iterator[Path]:
    """A data folder with a judged run; tests copy it, which beats judging it again."""
    folder = Path(tempfile.mkdtemp(prefix="ts-"))
    shutil.copy(migrated_sqlite, folder / "touchstone.db")
    with pytest.MonkeyPatch.context() as patch:
        set_setting(patch, data=folder, database_url="")
        judging.finished(judging.cards(rows=8_000, share=0.05), skill=2.0)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def judged(house, furnished) -> int:
    shutil.copytree(furnished, house, dirs_exist_ok=True)
    return runs.list_all()[0].id


def shown(app: AppTest) -> tuple[object, ...]:
    """Everything a control may move: verdict, cards and charts."""
    return verdict(app), tuple(cards(app).items()), tuple(charts(app).items())


def slider(app: AppTest):
    return app.select_slider(key="threshold")


def test_controls_and_chart_come_before_the_cards_they_cause(judged):
    app = open_page("predictions", run=judged)
    assert not app.exception and not app.error
    assert panels(app)[:2] == ["Threshold", "Net value by threshold"]
    assert [each.key for each in app.number_input][:6] == INPUTS
    assert primary(app) == ["Save threshold"]
    (alt,) = charts(app)
    assert alt.startswith("Net value by threshold: highest from ")


def test_it_opens_at_the_best_threshold_and_says_what_that_means(judged):
    app = open_page("predictions", run=judged)
    best = thresholds.design(judged, costs.DEFAULTS).best
    assert slider(app).value == best.threshold
    assert verdict(app).startswith(f"At threshold {best.threshold:g} you review ")
    assert verdict(app).endswith(" of fraud a week.") and len(verdict(app)) <= 100


@pytest.mark.parametrize(
    ("name", "value"),
    [("capacity", 1.0), ("review", 40.0), ("false_alarm", 90.0), ("chargeback", 400.0),
     ("recovery", 80.0), ("fraud_rate", 20.0)],
)  # fmt: skip
def test_every_input_changes_something(judged, name, value):
    app = open_page("predictions", run=judged)
    before = shown(app)
    app.number_input(key=name).set_value(value).run()
    assert shown(app)[2] != before[2]


def test_the_threshold_moves_verdict_cards_chart_and_alerts(judged):
    app = open_page("predictions", run=judged)
    before, alerts = shown(app), len(app.dataframe[0].value)
    slider(app).set_value(0.9).run()
    for was, now in zip(before, shown(app), strict=True):
        assert was != now
    assert len(app.dataframe[0].value) < alerts
    assert app.dataframe[0].value["Score"].min() >= 0.9


def test_the_expected_fraud_rate_moves_the_expected_precision(judged):
    app = open_page("predictions", run=judged)
    before = cards(app)["Right alerts"]
    app.number_input(key="fraud_rate").set_value(0.1).run()
    after = cards(app)["Right alerts"]
    assert float(after[0].rstrip("%")) < float(before[0].rstrip("%"))
    assert (before[1], after[1]) == ("as in the test part", "at the fraud rate you expect")


def test_too_many_alerts_are_said_and_the_best_that_fits_is_one_press_away(judged):
    app = open_page("predictions", run=judged, capacity=1)
    assert "Over capacity" in text(app) and cards(app)["Alerts a day"][1].endswith("over capacity")
    button(app, "use-best").click().run()
    assert "Within capacity" in text(app)
    assert slider(app).value == thresholds.design(judged, Costs(capacity=1)).best_within.threshold


def test_the_address_restores_every_control(judged):
    asked = {"capacity": 30, "review": 7, "false_alarm": 3, "chargeback": 11, "recovery": 25}
    app = open_page("predictions", run=judged, threshold=0.42, fraud_rate=0.7, **asked)
    for name, value in {**asked, "fraud_rate": 0.7}.items():
        assert app.number_input(key=name).value == value
    assert slider(app).value == 0.42
    design = thresholds.design(judged, Costs(0.25, 11, 7, 3, 0.007, 30))
    assert cards(app)["Right alerts"][0] == f"{100 * design.at(0.42).precision:.1f}%"


def test_an_address_with_a_threshold_is_whole(judged):
    policies.save(judged, 0.3, Costs(0.5, 10, 20, 3, None, 7).to_plain(), "M. Huber", "try")
    app = open_page("predictions", run=judged, threshold=0.42, review=7)
    assert (app.number_input(key="review").value, app.number_input(key="recovery").value) == (7, 0)
    assert app.number_input(key="capacity").value is None
    asked = open_page("predictions", run=judged, review=7)
    assert (asked.number_input(key="review").value, slider(asked).value) == (7, 0.3)
    assert asked.number_input(key="recovery").value == 50


@pytest.mark.parametrize("nonsense", ["abc", "-1", "7", ""])
def test_an_address_that_names_no_threshold_opens_at_the_best(judged, nonsense):
    app = open_page("predictions", run=judged, threshold=nonsense)
    assert not app.exception
    assert slider(app).value == thresholds.design(judged, costs.DEFAULTS).best.threshold


def test_the_newest_policy_is_where_the_page_opens(judged):
    policies.save(judged, 0.3217, Costs(review=9, capacity=20).to_plain(), "M. Huber", "fits us")
    app = open_page("predictions", run=judged)
    assert slider(app).value == 0.3217
    assert app.number_input(key="review").value == 9
    assert "In force, version 1" in text(app)
    assert button(app, "save").disabled
    slider(app).set_value(0.5).run()
    assert not button(app, "save").disabled


def test_history_says_who_when_and_why_and_leads_back(judged):
    first = policies.save(judged, 0.3, Costs(review=9).to_plain(), "M. Huber", "three reviewers")
    policies.save(judged, 0.6, Costs(review=4).to_plain(), "A. Gruber", "two of them left")
    app = open_page("predictions", run=judged)
    assert "three reviewers" in text(app) and "version 1 · M. Huber" in text(app)
    assert {each.key for each in app.button} >= {"restore-1"}
    button(app, "restore-1").click().run()
    assert "It replaces 0.6" in text(app)
    policies.restore(judged, first.version, "M. Huber", "they came back")
    assert slider(open_page("predictions", run=judged)).value == 0.3


def test_saving_asks_who_and_why_first(judged):
    app = open_page("predictions", run=judged, capacity=1)
    button(app, "save").click().run()
    assert policies.newest(judged) is None
    assert [each.label for each in app.text_input] == ["Your name"]
    assert "More than the 1 you can review" in text(app)


def test_alerts_are_paged_by_score_and_the_place_stands_in_the_address(judged):
    app = open_page("predictions", run=judged, show="Every transaction")
    first = app.dataframe[0].value["Score"]
    assert len(first) == 50 and first.is_monotonic_decreasing
    button(app, "page-Next").click().run()
    assert app.query_params["from"]
    assert app.dataframe[0].value["Score"].iloc[0] <= first.iloc[-1]
    slider(app).set_value(0.8).run()
    assert "from" not in app.query_params  # a place in another order means nothing


def test_filters_say_when_nothing_fits(judged):
    app = open_page("predictions", run=judged)
    app.number_input(key="least_amount").set_value(1e9).run()
    assert not app.dataframe
    assert "No transaction fits" in text(app)


def test_without_amounts_it_counts_frauds_and_asks_nothing_about_amounts(house):
    on = judging.cards(rows=4_000, share=0.05)
    on.rows["_amount"] = float("nan")
    app = open_page("predictions", run=judging.finished(on, skill=2.0))
    assert not app.exception and not app.error
    assert "recovery" not in [each.key for each in app.number_input]
    assert "frauds a week" in verdict(app) and cards(app)["Caught a week"][1].endswith("of frauds")


def test_few_frauds_are_said_and_draw_no_band(house):
    app = open_page("predictions", run=judging.finished(judging.cards(rows=2_000, share=0.05)))
    assert "No band: too few frauds for an interval." in text(app)
    assert "too few to say which of two models is better" in text(app)


def test_a_run_of_before_has_figures_and_says_why_there_is_no_curve(judged, house):
    for name in ("judgement.json", "replicates.npz"):
        (house / "runs" / str(judged) / "1" / name).unlink()
    app = open_page("predictions", run=judged)
    assert not app.exception and not app.error and not charts(app)
    assert "judged before curves were kept" in text(app)
    before = cards(app)
    slider(app).set_value(0.9).run()
    assert cards(app) != before


def test_scores_that_are_gone_are_said(judged, house):
    (house / "runs" / str(judged) / "1" / "predictions.parquet").unlink()
    app = open_page("predictions", run=judged)
    assert not app.exception
    assert "scores of this run are not here" in app.error[0].value.replace("\\", "")
