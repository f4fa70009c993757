"""Every page, drawn in process on a real database: its verdict, its one primary button, its words.

What only a browser can show (layout, uploads, the socket) is tested in tests/browser.
"""

import math
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import db
from backend import datasets, imports, offers, plugins
from backend.dataset_view import Dataset
from tests.conftest import set_setting
from tests.ui.opened import button, open_page, primary, verdict
from ui import views
from ui.page import GROUPS, Page
from ui.parts.judgement import split_caption

PAGES = sorted(plugins.collect(views, "PAGE"))
NEEDS_AN_ID = {
    "dataset": ["clinic", "datasets", "new_run"],
    "run": ["progress", "run", "predictions"],
}
SCHEMA = {
    "type": "object",
    "properties": {
        "epochs": {"type": "integer", "minimum": 1, "maximum": 9, "default": 2, "title": "Epochs"},
        "rate": {"type": "number", "exclusiveMinimum": 0, "default": 0.1, "title": "Rate"},
        "encoder": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "frozen": {"type": "boolean", "default": False},
        "batch": {"enum": [16, 32], "default": 32},
    },
}
TEST = {
    "rows": 7_500,
    "frauds": 66,
    "ap": 0.861,
    "lift": 97.0,
    "auroc": 0.993,
    "recall_at_1_fpr": 0.62,
    "precision_at_100": 0.51,
    "note": "",
}


@pytest.fixture(scope="module")
def furnished(migrated_sqlite) -> Iterator[Path]:
    """A data folder that holds the sample transactions; tests copy it, which beats simulating."""
    folder = Path(tempfile.mkdtemp(prefix="ts-"))
    shutil.copy(migrated_sqlite, folder / "touchstone.db")
    with pytest.MonkeyPatch.context() as patch:
        set_setting(patch, data=folder, database_url="")
        imports.receive_sample()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def sample(house, furnished) -> Dataset:
    shutil.copytree(furnished, house, dirs_exist_ok=True)
    return datasets.list_all()[0]


@pytest.fixture
def worker(house) -> None:
    presets = {name: {"about": "A pass.", "options": {}} for name in ("Quick check", "Thorough")}
    family = offers.Offer("logistic", "Logistic regression", "The baseline.", 2, presets, SCHEMA)
    offers.publish("here", "2 CPU cores", [family])


def add_run(dataset: datasets.Dataset, state: str, **values: object) -> int:
    """Store a run as a worker would have left it."""
    now = datetime.now(UTC)
    usual = {
        "kind": "train",
        "name": "Logistic regression, quick check",
        "family": "logistic",
        "preset": "Quick check",
        "idem_key": f"{state}-{values}",
        "attempt": 1,
        "created_at": now - timedelta(minutes=5),
        "started_at": now - timedelta(minutes=4),
        "last_point_at": now,
        "steps_total": 1_000,
        "step": 400,
        "stages": [{"name": "Learning", "started_at": (now - timedelta(minutes=3)).isoformat()}],
    }
    with db.transaction() as session:
        run = db.Run(dataset_id=dataset.id, state=state, **{**usual, **values})
        session.add(run)
        session.flush()
        for step in range(50, 401, 50):
            point = {"run_id": run.id, "attempt": 1, "part": "validation", "step": step, "at": now}
            session.add(db.Point(**point, loss=0.1 + math.exp(-step / 100), ap=step / 500))
        return run.id


def add_finished_run(dataset: datasets.Dataset) -> int:
    split = {"rows": {"train": 34_000, "validation": 7_000, "test": 7_500}, "method": "time"}
    run = add_run(
        dataset,
        "succeeded",
        finished_at=datetime.now(UTC),
        metrics={"test": TEST, "rows_trained": 5_000},
        split=split,
    )
    rows = datasets.rows_of(dataset.id, range(120))
    with db.transaction() as session:
        for row, label, amount, time in rows[["_row", "_label", "_amount", "_time"]].to_numpy():
            scored = {"row": int(row), "label": int(label), "amount": amount, "time": time}
            session.add(db.Prediction(run_id=run, part="test", score=1 / (2 + row), **scored))
    return run


class TestEveryPage:
    @pytest.mark.parametrize("name", PAGES)
    def test_of_an_empty_house_says_how_to_begin(self, house, name):
        app = open_page(name)
        assert not app.exception
        assert not app.error
        assert verdict(app)
        assert len(primary(app)) == 1

    @pytest.mark.parametrize("name", PAGES)
    def test_has_a_place_in_the_menu(self, name):
        page: Page = plugins.collect(views, "PAGE")[name]
        assert page.group in GROUPS
        assert page.icon.startswith(":material/")

    @pytest.mark.parametrize("name", ["progress", "run", "predictions", "score"])
    def test_says_that_a_run_is_not_here(self, house, name):
        app = open_page(name, run=99)
        assert not app.exception
        assert "There is no run 99" in app.error[0].value.replace("\\", "")

    @pytest.mark.parametrize("name", ["clinic", "datasets"])
    def test_says_that_a_dataset_is_not_here(self, house, name):
        app = open_page(name, dataset=99)
        assert "There is no dataset 99" in app.error[0].value.replace("\\", "")

    @pytest.mark.parametrize("named", ["-1", "1e9", "abc", "", "9" * 30])
    def test_takes_an_address_that_names_nothing_as_none(self, house, named):
        app = open_page("progress", run=named)
        assert not app.exception
        assert verdict(app).startswith("No run yet")


class TestNewRun:
    def test_without_a_worker_says_what_to_do(self, sample):
        assert verdict(open_page("new_run")).startswith("No worker is running")

    def test_draws_a_field_for_every_option(self, sample, worker):
        app = open_page("new_run", dataset=sample.id)
        assert {"Epochs", "Rate"} <= {each.label for each in app.number_input}
        assert {each.label for each in app.checkbox} == {"Frozen"}
        assert "Encoder" in {each.label for each in app.text_input}
        assert "Batch" in {each.label for each in app.selectbox}
        assert primary(app) == ["Launch"]

    def test_launches_what_was_chosen(self, sample, worker):
        app = open_page("new_run", dataset=sample.id)
        next(each for each in app.number_input if each.label == "Epochs").set_value(5).run()
        button(app, "launch").click().run()
        assert not app.error
        with db.transaction(reading=True) as session:
            (run,) = session.query(db.Run).all()
        assert (run.family, run.preset, run.options) == ("logistic", "Quick check", {"epochs": 5})

    def test_knows_no_time_before_the_first_run(self, sample, worker):
        assert "Its time here is not known yet" in verdict(open_page("new_run", dataset=sample.id))


class TestProgress:
    def test_of_a_running_run_says_whether_it_learns(self, sample):
        app = open_page("progress", run=add_run(sample, "running", seconds_left=380.0))
        assert verdict(app).startswith("Still learning: validation improved in 5 of the last 5")
        cards = {metric.label: metric.value for metric in app.metric}
        assert cards["Best validation AP"] == "0.800"
        assert cards["Done"] == "40%"
        assert cards["Time left"] == "6 min"
        assert {each.key for each in app.button} >= {"keep-best", "cancel"}

    def test_of_a_silent_run_shows_the_age_of_its_last_point(self, sample):
        long_ago = datetime.now(UTC) - timedelta(minutes=2)
        app = open_page("progress", run=add_run(sample, "running", last_point_at=long_ago))
        assert any(":orange-badge[" in each.value for each in app.markdown)

    def test_of_a_waiting_run_says_its_place(self, sample):
        app = open_page("progress", run=add_run(sample, "queued", stages=[]))
        assert any("1st in queue" in each.value for each in app.markdown)

    def test_of_a_failed_run_says_cause_and_what_was_kept(self, sample):
        failed = add_run(sample, "failed", reason="Out of memory.", finished_at=datetime.now(UTC))
        app = open_page("progress", run=failed)
        assert "Out of memory" in app.error[0].value
        assert any("were kept" in each.value for each in app.caption)
        assert primary(app) == ["Launch it again"]

    def test_of_a_finished_run_says_what_it_finds(self, sample):
        app = open_page("progress", run=add_finished_run(sample))
        assert verdict(app) == "Finds 62% of frauds while stopping 1 in 100 good payments."
        assert primary(app) == ["See what it is worth"]

    def test_keeps_the_best_when_asked(self, sample):
        run = add_run(sample, "running")
        app = open_page("progress", run=run)
        button(app, "keep-best").click().run()
        with db.transaction(reading=True) as session:
            assert session.get(db.Run, run).stop == "keep_best"

    def test_asks_before_it_cancels(self, sample):
        run = add_run(sample, "running")
        button(open_page("progress", run=run), "cancel").click().run()
        with db.transaction(reading=True) as session:
            assert session.get(db.Run, run).stop == ""


class TestHome:
    def test_shows_runs_at_work_and_what_to_do_next(self, sample):
        done = add_finished_run(sample)
        add_run(sample, "running")
        app = open_page("home")
        assert verdict(app).startswith("1 run at work.")
        assert len(app.dataframe[0].value) == 2
        assert {each.key for each in app.button} >= {f"next-run-{done}"}


def test_the_split_is_told_part_by_part(sample):
    from backend import runs

    told = split_caption(runs.get(add_finished_run(sample)))
    assert told.startswith("Rows: 34,000 training")
    assert told.endswith("split by time")
