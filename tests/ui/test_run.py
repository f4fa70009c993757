"""The page of one finished run, drawn on runs judged by the real code."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend import champions, policies, runs
from backend.steps import costs
from db import Run, transaction
from tests.backend import judging
from tests.backend.launching import claimed
from tests.conftest import set_setting
from tests.ui.opened import button, cards, charts, open_page, panels, primary, text, verdict
from ui.parts.run_picker import page_of

EVIDENCE = [
    "Precision by recall",
    "Scores of frauds and of legitimate",
    "Are scores probabilities?",
    "Recall at a fixed false-positive rate",
    "Where it is strong and where weak",
    "Are groups treated alike?",
    "What has drifted?",
    "Could it have known the answer?",
    "How flattering is another split?",
    "What these figures stand on",
    "Champions of cards",
]


@pytest.fixture(scope="module")
def furnished(migrated_sqlite) -> Iterator[Path]:
    """A data folder with two judged runs; tests copy it, which beats judging them again."""
    folder = Path(tempfile.mkdtemp(prefix="ts-"))
    shutil.copy(migrated_sqlite, folder / "touchstone.db")
    with pytest.MonkeyPatch.context() as patch:
        set_setting(patch, data=folder, database_url="")
        on = judging.cards(rows=8_000, share=0.05)
        on.rows["_counterparty"] = [f"shop {number % 4}" for number in range(len(on.rows))]
        judging.finished(on, skill=1.5)
        judging.finished(on, skill=2.5)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def judged(house, furnished) -> int:
    shutil.copytree(furnished, house, dirs_exist_ok=True)
    return runs.list_all()[0].id


def test_the_verdict_is_money_with_its_interval(judged):
    said = verdict(open_page("run", run=judged))
    assert said.startswith("Catches €") and " of fraud, " in said
    assert "(95% interval " in said and said.endswith(" alerts a day.")
    assert len(said) <= 100


def test_a_model_that_calls_itself_weak_does_so_in_the_verdict(judged):
    with transaction() as session:
        row = session.get(Run, judged)
        row.metrics = {**row.metrics, "caution": "Weak: not trained on your labels."}
    page = open_page("run", run=judged)
    assert verdict(page).endswith(" alerts a day. Weak: not trained on your labels.")
    assert "Weak: not trained on your labels." in text(page)  # among what figures stand on, too


def test_money_comes_before_metrics(judged):
    shown = cards(open_page("run", run=judged))
    assert list(shown) == ["Fraud caught", "Fraud missed", "Alerts a day", "Average precision"]
    assert shown["Fraud caught"][0].startswith("€")
    assert shown["Average precision"][1].startswith("95% interval 0.")


def test_everything_the_judgement_holds_is_shown(judged):
    app = open_page("run", run=judged)
    assert not app.exception and not app.error
    assert panels(app) == EVIDENCE
    assert len(charts(app)) == 3 and all(charts(app))
    assert len(app.table) == 3  # recall, slices, groups; these rows have nothing to drift
    assert "read once" in text(app) and "1,000 resamples by customer" in text(app)
    assert "Without those, average precision is" in text(app)


def test_optimism_stands_there_once_the_trees_of_the_dataset_have_measured_it(judged):
    assert "once the baseline of trees has finished" in text(open_page("run", run=judged))
    with transaction() as session:
        trees = session.get_one(Run, runs.list_all()[1].id)
        gap = {"ap_random": 0.9, "ap_split": 0.7, "gap": 0.2}
        trees.family, trees.metrics = "trees", {**trees.metrics, "overall": {"optimism_gap": gap}}
    assert "The difference of 0.200 is optimism." in text(open_page("run", run=judged))


def test_a_run_that_raises_no_alert_is_told_so(judged):
    policies.save(judged, 1.0, costs.DEFAULTS.to_plain(), "M. Huber", "a holiday")
    said = verdict(open_page("run", run=judged))
    assert said.startswith("Raises no alert from its threshold of 1 on: €") and "missed" in said


def test_a_baseline_is_called_one(judged):
    with transaction() as session:
        session.get_one(Run, judged).automatic = True
    assert "Baseline" in text(open_page("run", run=judged))
    states = [list(each) for each in open_page("home").dataframe[0].value["State"]]
    assert states == [["Finished"], ["Baseline"]]  # older, yet asked for by somebody


def test_the_threshold_in_force_decides_what_is_counted(judged):
    before = cards(open_page("run", run=judged))["Alerts a day"]
    policies.save(judged, 0.9, costs.DEFAULTS.to_plain(), "M. Huber", "quiet")
    app = open_page("run", run=judged)
    assert cards(app)["Alerts a day"] != before
    assert "alerts from 0.9, chosen by M. Huber" in text(app)


def test_groups_are_held_against_each_other(judged):
    app = open_page("run", run=judged)
    assert not [each for each in app.selectbox if each.key == "group"]  # one column needs no choice
    assert "The least stopped group is stopped" in text(app)
    groups = app.table[2].value
    assert set(groups["Group"]) == {"shop 0", "shop 1", "shop 2", "shop 3"}
    assert groups["Stopped"].is_monotonic_decreasing


def test_a_champion_is_made_only_after_a_question(judged):
    app = open_page("run", run=judged)
    assert primary(app) == ["Make champion"]
    button(app, "make-champion").click().run()
    assert champions.newest() is None
    assert "at least 30 wanted" in text(app)
    assert {each.label for each in app.text_input} >= {"Your name"}


def test_the_champion_says_since_when_and_leads_on(judged):
    run = runs.get(judged)
    champions.make(judged, "M. Huber", "misses least")
    app = open_page("run", run=judged)
    assert primary(app) == ["See predictions"]
    assert "Champion since" in text(app) and "misses least" in text(app)
    other = next(each for each in runs.list_all() if each.id != run.id)
    assert primary(open_page("run", run=other.id)) == ["Make champion"]


def test_home_shows_the_money_of_the_champion(judged):
    weaker = runs.list_all()[1].id
    newest = cards(open_page("home"))["Fraud caught"]
    champions.make(weaker, "M. Huber", "for now")
    app = open_page("home")
    assert cards(app) == cards(open_page("run", run=weaker))
    assert cards(app)["Fraud caught"] != newest
    assert "figures of the champion" in text(app)
    states = [list(each) for each in app.dataframe[0].value["State"]]
    assert states == [["Finished"], ["Champion"]]


def test_a_run_of_before_shows_what_it_has(judged, house):
    for name in ("judgement.json", "replicates.npz"):
        (house / "runs" / str(judged) / "1" / name).unlink()
    app = open_page("run", run=judged)
    assert not app.exception and not app.error
    assert verdict(app).startswith("Catches €") and "interval" not in verdict(app)
    assert "judged before intervals were kept" in text(app)
    assert not charts(app)


def test_a_run_that_has_not_finished_leads_to_its_progress(house):
    running = claimed().run_id
    app = open_page("run", run=running)
    assert "no finished model" in verdict(app) and primary(app) == ["See progress"]


def test_each_run_is_shown_where_it_belongs(judged):
    done, running = runs.get(judged), runs.get(claimed("more").run_id)
    assert (page_of(done), page_of(done, "progress"), page_of(done, "score")) == (
        "run",
        "run",
        "score",
    )
    assert page_of(running) == page_of(running, "predictions") == "progress"


def test_another_run_is_picked_from_the_list(judged):
    app = open_page("run", run=judged)
    other = runs.list_all()[1].id
    app.selectbox(key=f"picked-run-{judged}-succeeded").set_value(other).run()
    assert app.query_params["run"] == str(other)


def test_every_chart_hands_out_what_it_draws(judged):
    for page, drawn in (("run", 3), ("predictions", 1)):
        app = open_page(page, run=judged)
        keys = {each.key for each in app.get("download_button")}
        offered = {f"{chart.key}-csv" for chart in app.get("plotly_chart")}
        assert len(offered) == drawn and offered <= keys
