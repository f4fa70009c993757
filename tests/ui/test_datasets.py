"""The page of one dataset: pictures before tables, and each of them says what is seen."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from backend import datasets, drafts
from backend.dataset_view import Dataset
from settings import ROOT
from tests.backend.bringing import bring
from tests.backend.payments import payments
from tests.conftest import set_setting


def open_dataset(dataset: Dataset) -> AppTest:
    app = AppTest.from_file(str(ROOT / "ui" / "app.py"), default_timeout=60)
    app._page_hash = calc_hash("datasets")
    app.query_params["dataset"] = str(dataset.id)
    return app.run()


def titles(app: AppTest) -> list[str]:
    return [each.value.replace("\\", "") for each in app.subheader]


def notes(app: AppTest) -> str:
    return "\n".join(each.value for each in app.caption).replace("\\", "")


def charts(app: AppTest) -> list[str]:
    return [each.proto.alt for each in app.get("plotly_chart")]


@pytest.fixture(scope="module")
def furnished(migrated_sqlite) -> Iterator[Path]:
    """A data folder with two years of payments; tests copy it, which beats reading them again."""
    folder = Path(tempfile.mkdtemp(prefix="ts-"))
    shutil.copy(migrated_sqlite, folder / "touchstone.db")
    with pytest.MonkeyPatch.context() as patch:
        set_setting(patch, data=folder, database_url="")
        drafts.accept(bring(payments(), "payments.csv").id)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def held(house, furnished) -> Dataset:
    shutil.copytree(furnished, house, dirs_exist_ok=True)
    return datasets.list_all()[0]


class TestReady:
    def test_pictures_come_before_tables_and_say_what_is_seen(self, held):
        app = open_dataset(held)
        assert not app.exception and not app.error
        weeks, labels, amounts, hours, groups, *rest = titles(app)
        assert weeks.startswith("Fraud peaks in") or weeks == "No week stands out by its fraud rate"
        assert labels == "3 of 24 months have no labels to trust; runs leave them out"
        assert amounts.startswith("Frauds are larger: half are above")
        assert hours == "Frauds cluster between 00:00 and 04:00"
        assert groups.startswith("“Merchant 7” (merchant) stands out:")
        assert rest == [
            "2 columns lack values",
            "24,000 rows in the file = 24,000 kept + 0 put aside",
            "No personal data was found",
            "How each column was understood",
        ]
        assert "1 Mar to 30 Apr 2018, 1 Jun to 30 Jun 2019" in notes(app)

    def test_every_chart_has_words(self, held):
        told = charts(open_dataset(held))
        assert len(told) == 6
        assert all(told)

    def test_the_switch_lets_runs_use_the_periods(self, held):
        app = open_dataset(held)
        (switch,) = app.toggle
        assert switch.value is False
        switch.set_value(True).run()
        assert datasets.get(held.id).uses_uncovered
        assert titles(app)[1].endswith("have no labels to trust; runs use them as they are")
        (switch,) = app.toggle
        switch.set_value(False).run()
        assert not datasets.get(held.id).uses_uncovered


class TestWithLittleToShow:
    def test_amounts_alone_are_no_fault(self, house):
        text = "amount,is_fraud\n" + "".join(f"{row}.5,{int(row % 9 == 0)}\n" for row in range(90))
        app = open_dataset(drafts.accept(bring(text).id))
        assert not app.exception and not app.error
        assert len(charts(app)) == 1
        assert not app.toggle

    def test_a_file_without_any_label(self, house):
        rows = "".join(f"2024-0{row % 6 + 1}-03 1{row % 9}:00,{row}.5,\n" for row in range(200))
        app = open_dataset(drafts.accept(bring("when,amount,is_fraud\n" + rows).id))
        assert not app.exception and not app.error
        assert "No transaction has a label" in titles(app)
        assert not app.toggle

    def test_rows_put_aside_are_shown_with_their_reason(self, house):
        good = [f"{row}.5,2024-01-{row % 28 + 1:02d},{int(row % 9 == 0)}" for row in range(300)]
        text = "\n".join(["amount,day,is_fraud", *good, "1.5,2024-01-03"]) + "\n"
        app = open_dataset(drafts.accept(bring(text).id))
        assert "301 rows in the file = 300 kept + 1 put aside" in titles(app)
        reasons, first, _columns = app.table
        assert reasons.value["Why"].tolist() == ["It has fewer cells than the header"]
        assert first.value[["Line", "Why"]].to_numpy().tolist() == [
            ["302", "It has fewer cells than the header"]
        ]

    def test_protected_columns_are_named(self, house):
        rows = [f"4111111111111111,123,{row}.5,{int(row % 9 == 0)}" for row in range(90)]
        app = open_dataset(drafts.accept(bring("\n".join(["card,cvv,amount,is_fraud", *rows])).id))
        assert "Protected data in 2 columns" in titles(app)
        told = app.table[0].value.set_index("Column")["What was done"]
        assert told["card"] == "90 card numbers turned into tokens"
        assert told["cvv"] == "Dropped: a security code may never be stored"


def test_a_draft_leads_to_the_clinic(house):
    app = open_dataset(bring(payments(2_000)))
    assert [each.label for each in app.button if each.proto.type == "primary"] == [
        "Check the columns"
    ]
    assert not app.exception
