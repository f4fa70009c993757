"""The clinic page: what it says of a file, and that every button does what it says."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from backend import datasets, drafts
from backend.dataset_view import Dataset
from backend.steps.columns import Role
from backend.steps.recipe import Fix, Kind
from settings import ROOT
from tests.backend.bringing import bring, roles
from ui.parts.column_roles import table

HEADER = "booked_at,card_id,merchant,amount,alert_level,is_fraud"


def lines(count: int = 400) -> list[str]:
    """Rows of a healthy file, but that `alert_level` gives the answer away."""
    draw = np.random.default_rng(0)
    fraud = (draw.random(count) < 0.1).astype(int)
    return [
        f"2024-03-{1 + row * 20 // count:02d} 10:{row % 60:02d}:00,c{draw.integers(0, 30)},"
        f"shop{draw.integers(0, 9)},{draw.integers(100, 9_999) / 100:.2f},"
        f"{900 * fraud[row] + row % 80},{fraud[row]}"
        for row in range(count)
    ]


def open_clinic(**ids: int) -> AppTest:
    app = AppTest.from_file(str(ROOT / "ui" / "app.py"), default_timeout=60)
    app._page_hash = calc_hash("clinic")
    for key, value in ids.items():
        app.query_params[key] = str(value)
    return app.run()


def press(app: AppTest, key: str) -> AppTest:
    return next(each for each in app.button if each.key == key).click().run()


def verdict(app: AppTest) -> str:
    (header,) = app.header
    return header.value.replace("\\", "")


def words(app: AppTest) -> str:
    """Everything the page says, as it is read."""
    told = [each.value for each in (*app.markdown, *app.caption, *app.subheader)]
    return "\n".join(told).replace("\\", "")


@pytest.fixture
def draft(house) -> Dataset:
    return bring("\n".join([HEADER, *lines()]) + "\n")


class TestWithoutAFile:
    def test_says_where_to_drop_one(self, house):
        app = open_clinic()
        assert verdict(app).startswith("No file waits here.")
        assert [each.label for each in app.button] == ["Choose a file"]

    def test_lists_the_files_that_wait(self, draft):
        app = open_clinic()
        assert verdict(app) == "1 file waits to be looked over."
        assert draft.name in words(app)
        assert f"look-{draft.id}" in [each.key for each in app.button]


class TestADraft:
    def test_shows_its_rows_as_a_sum(self, draft):
        app = open_clinic(dataset=draft.id)
        assert not app.exception
        cards = {metric.label: metric.value for metric in app.metric}
        assert list(cards) == ["Rows in the file", "= kept", "+ put aside", "Fraud rate"]
        assert cards["Rows in the file"] == cards["= kept"] == "400"
        assert cards["+ put aside"] == "0"

    def test_tells_what_gives_the_answer_away_and_uses_it_when_told(self, draft):
        app = open_clinic(dataset=draft.id)
        assert "alert_level gives the answer away and is left out" in words(app)
        app = press(app, "left-out:alert_level-1")
        assert not app.exception
        assert roles(datasets.get(draft.id))["alert_level"] is Role.NUMBER
        assert "gives the answer away" not in words(app)
        assert "alert_level** is used as: Number" in words(app)

    def test_takes_a_decision_back(self, draft):
        drafts.fix(draft.id, [Fix(Kind.ROLE, "alert_level", Role.NUMBER)])
        app = open_clinic(dataset=draft.id)
        assert "alert_level may give the answer away" in words(app)
        app = press(app, "undo-0-role-alert_level")
        assert datasets.get(draft.id).recipe == ()
        assert "alert_level gives the answer away and is left out" in words(app)

    def test_lets_a_finding_stand(self, draft):
        app = press(open_clinic(dataset=draft.id), "left-out:alert_level-0")
        assert roles(datasets.get(draft.id))["alert_level"] is Role.IGNORE
        assert "alert_level** stays left out" in words(app)

    def test_shows_how_columns_were_understood_and_what_else_they_could_be(self, draft):
        drafts.fix(draft.id, [Fix(Kind.ROLE, "merchant", Role.CATEGORY)])
        shown = table(datasets.get(draft.id)).set_index("Column")
        assert shown.loc["amount", "Used as"] == "Amount"
        assert shown.loc["merchant", "Could also be"] == "Merchant"
        assert shown.loc["merchant", "Why"].startswith("Chosen by you. Guessed: Named like")

    def test_becomes_a_dataset_with_one_press(self, draft):
        app = press(open_clinic(dataset=draft.id), "use")
        assert not app.error
        assert datasets.get(draft.id).is_ready

    def test_says_why_a_press_came_too_late(self, draft):
        app = open_clinic(dataset=draft.id)
        drafts.accept(draft.id)
        app = press(app, "left-out:alert_level-1")
        assert not app.exception
        assert "its columns can no longer change" in app.error[0].value

    def test_shows_names_of_the_file_as_they_are(self, house):
        header = HEADER.replace("alert_level", "**![x](http://a/b)**")
        app = open_clinic(dataset=bring("\n".join([header, *lines()]) + "\n").id)
        assert not app.exception
        assert not any("![x](http" in each.value for each in (*app.markdown, *app.caption))


def test_an_accepted_file_shows_what_was_decided_and_leads_on(draft):
    drafts.fix(draft.id, [Fix(Kind.ROLE, "alert_level", Role.IGNORE)])
    drafts.accept(draft.id)
    app = open_clinic(dataset=draft.id)
    assert verdict(app).startswith("Healthy after 1 fix: 400 of 400 rows kept")
    assert {"train", "show"} <= {each.key for each in app.button}
    assert not [each for each in app.button if (each.key or "").startswith("undo")]
