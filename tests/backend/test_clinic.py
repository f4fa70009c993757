"""An examination finds what is wrong, says it once, remembers it, and forgets it once decided."""

import numpy as np
import pytest

from backend import clinic, datasets, drafts
from backend.dataset_view import Dataset
from backend.errors import DatasetNotFound
from backend.steps.checkup import Severity
from backend.steps.columns import Role
from backend.steps.health import Grade
from backend.steps.recipe import Fix, Kind
from tests.backend.bringing import bring, bring_real, roles

HEADER = "tx_id,booked_at,card_id,merchant,amount,alert_level,cvv,is_fraud"
COUNT = 800


def rows() -> list[list[str]]:
    """A file that is healthy, but that `alert_level` gives the answer away."""
    draw = np.random.default_rng(0)
    fraud = (draw.random(COUNT) < 0.2).astype(int)
    return [
        [
            f"t{row}",
            f"2024-03-{1 + row * 20 // COUNT:02d} 10:{row % 60:02d}:00",
            f"c{draw.integers(0, 30)}",
            f"shop{draw.integers(0, 9)}",
            f"{draw.integers(100, 9_999) / 100:.2f}",
            str(900 * fraud[row] + row % 80),
            "123",
            str(fraud[row]),
        ]
        for row in range(COUNT)
    ]


def written(given: list[list[str]], header: str = HEADER) -> str:
    return "\n".join([header, *(",".join(row) for row in given)]) + "\n"


def titles(checkup: clinic.Checkup) -> dict[str, str]:
    return {problem.key: problem.title for problem in checkup.problems}


@pytest.fixture
def draft(house) -> Dataset:
    return bring(written(rows()))


class TestExamine:
    def test_counts_every_row_of_the_file(self, house):
        messy = rows()
        messy[100][4], messy[101] = "n.n.", messy[101][:3]
        found = clinic.examine(bring(written(messy)).id)
        health = found.health
        assert (health.rows, health.kept, health.put_aside) == (COUNT, COUNT - 2, 2)
        assert titles(found)["amount:amount"] == "1 amount cannot be read"
        assert titles(found)["rejected:short"] == "1 row has too few cells"
        (short,) = [p for p in found.problems if p.key == "rejected:short"]
        assert [example.line for example in short.examples] == [103]
        assert "•" in short.examples[0].text, "which cell is the security code nobody knows"

    def test_tells_worst_first(self, house):
        messy = rows()
        messy[5][7] = "maybe"
        found = clinic.examine(bring(written(messy)).id)
        order = [list(Severity).index(problem.severity) for problem in found.problems]
        assert order == sorted(order)
        assert found.problems[0].key == "label-unknown:is_fraud"
        assert found.health.grade is Grade.BLOCKED
        assert found.blocked.startswith("Fix this first: 1 label is")

    def test_asks_before_anything_else(self, house):
        days = [f"{1 + row % 12:02d}/{1 + row * 7 % 12:02d}/2024" for row in range(COUNT)]
        asks = [[row[0], day, *row[2:]] for row, day in zip(rows(), days, strict=True)]
        found = clinic.examine(bring(written(asks)).id)
        assert found.question is not None
        assert found.health.grade is Grade.ASKS
        assert found.blocked == "Answer the question first."

    def test_tells_what_was_dropped(self, draft):
        assert titles(clinic.examine(draft.id))["dropped"] == "cvv was dropped"

    def test_looks_once_and_again_after_a_fix(self, draft):
        told: list[str] = []
        first = clinic.examine(draft.id, lambda share, doing: told.append(doing))
        assert told
        told.clear()
        assert clinic.examine(draft.id, lambda share, doing: told.append(doing)) is first
        assert told == []
        drafts.fix(draft.id, [Fix(Kind.ROLE, "merchant", Role.CATEGORY)])
        assert clinic.examine(draft.id) is not first

    def test_says_no_more_of_what_was_decided(self, draft):
        (leak,) = [p for p in clinic.examine(draft.id).problems if p.column == "alert_level"]
        drafts.fix(draft.id, leak.offers[0].fixes)
        assert leak.key not in titles(clinic.examine(draft.id))

    def test_tells_of_a_column_left_out_until_somebody_keeps_it(self, draft):
        assert roles(draft)["alert_level"] is Role.IGNORE
        (leak,) = [p for p in clinic.examine(draft.id).problems if p.column == "alert_level"]
        assert leak.title == "alert_level gives the answer away and is left out"
        assert leak.severity is Severity.WARNING
        use = next(offer for offer in leak.offers if offer.label == "Use it")
        assert roles(drafts.fix(draft.id, use.fixes))["alert_level"] is Role.NUMBER
        assert "leak:alert_level" not in titles(clinic.examine(draft.id))

    def test_counts_fixes_but_not_what_was_let_stand(self, draft):
        drafts.fix(draft.id, [Fix(Kind.ROLE, "alert_level", Role.IGNORE)])
        drafts.fix(draft.id, [Fix(Kind.KEEP, "", "zone")])
        assert clinic.examine(draft.id).health.words == "Healthy after 1 fix"

    def test_draws_the_weeks_of_rows_that_are_kept(self, house):
        messy = rows()
        messy[9][1] = "2099-01-01 10:00:00"
        weeks = clinic.examine(bring(written(messy)).id).weeks
        assert weeks["transactions"].sum() == COUNT - 1
        assert len(weeks) == 4

    def test_of_an_accepted_dataset_tells_counts_and_what_was_hidden(self, draft):
        drafts.accept(draft.id)
        found = clinic.examine(draft.id)
        assert found.health.rows == COUNT
        assert titles(found) == {"dropped": "cvv was dropped"}
        assert found.blocked == ""

    def test_of_nothing_is_refused(self, house):
        with pytest.raises(DatasetNotFound):
            clinic.examine(99)


class TestRealFiles:
    def test_slipped_text_is_told_before_and_after_the_labels_are_decided(self, house):
        draft = bring_real("sms_phishing_shifted_as_found.csv")
        key = "out-of-step:TEXT"
        assert titles(clinic.examine(draft.id))[key] == "TEXT seems one row out of step with LABEL"
        says = {"ham": "legitimate", "spam": "legitimate", "smishing": "fraud"}
        drafts.fix(draft.id, [Fix(Kind.LABEL, "LABEL", f"{v}={m}") for v, m in says.items()])
        found = clinic.examine(draft.id)
        assert key in titles(found)
        assert found.blocked == ""
        assert datasets.get(draft.id).frauds == 638

    def test_text_in_its_place_is_not(self, house):
        assert "out-of-step:TEXT" not in titles(clinic.examine(bring_real("sms_phishing.csv").id))

    def test_a_quiet_end_and_rounded_merchants_are_told(self, house):
        found = titles(clinic.examine(bring_real("tabformer_user0.csv").id))
        assert found["no-fraud-at-the-end"] == "The last 15% by time hold none of the 27 frauds"
        assert found["rounded:Merchant Name"].startswith("A spreadsheet rounded 19,963 values")

    def test_copies_are_told(self, house):
        found = titles(clinic.examine(bring_real("ulb_492fraud_2773legit.csv").id))
        assert found["copies"] == "19 rows repeat another one in every cell"
        assert not any(key.startswith("leak") for key in found)

    @pytest.mark.slow
    def test_a_clean_file_is_healthy(self, house):
        found = clinic.examine(bring_real("sparkov_dev.csv").id)
        assert found.health.grade is Grade.HEALTHY
        assert "first, last, street and dob are sealed" in titles(found).values()
