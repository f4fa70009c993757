"""What an analyst says about a draft: the one question, fixes, and taking them back."""

import pandas as pd
import pytest

from backend import datasets, drafts
from backend.errors import TouchstoneError
from backend.steps.columns import Role
from backend.steps.recipe import Fix, Kind
from tests.backend.bringing import bring, roles, why
from tests.backend.test_drafts import GOOD

AMBIGUOUS = "when,amount,is_fraud\n" + "".join(
    f"{day:02}/{month:02}/2024,{1 + day}.5,{day % 2}\n" for day, month in
    ((3, 4), (4, 3), (5, 6), (6, 5), (1, 9), (9, 1), (2, 8), (8, 2))
)  # fmt: skip


def test_one_question_where_day_and_month_cannot_be_told(house):
    draft = bring(AMBIGUOUS)
    asked = drafts.question(draft.id)

    assert asked is not None
    assert asked.prompt == "How are dates written in this file?"
    assert {option.label for option in asked.options} == {"Day first", "Month first"}
    day = next(option for option in asked.options if option.label == "Day first")
    assert day.examples[0] == "01/09/2024 is 1 September 2024"
    with pytest.raises(TouchstoneError, match="How are dates written"):
        drafts.accept(draft.id)

    said = drafts.fix(draft.id, day.fixes)

    assert drafts.question(draft.id) is None
    assert "day/month/year" in why(said, "when")
    assert drafts.accept(draft.id).first_time == pd.Timestamp("2024-01-09").timestamp()


def test_dates_and_decimals_are_one_question(house):
    draft = bring(AMBIGUOUS.replace(",", ";").replace(".5;", ",250;"))
    asked = drafts.question(draft.id)

    assert asked is not None
    assert asked.prompt == "How are dates and amounts written in this file?"
    assert len(asked.options) == 4
    option = next(o for o in asked.options if o.label == "Month first, decimal comma")
    assert "10,250 is 10.25" in option.examples

    assert drafts.fix(draft.id, option.fixes).first_time == pd.Timestamp("2024-01-09").timestamp()
    assert datasets.rows_of(drafts.accept(draft.id).id, [0])["_amount"][0] == 4.25


def test_a_time_zone_moves_the_times(house):
    draft = bring(GOOD)

    said = drafts.fix(draft.id, [Fix(Kind.ZONE, "booked_at", "Europe/Berlin")])

    assert said.first_time == draft.first_time - 3600
    assert "Europe/Berlin" in why(said, "booked_at")
    assert drafts.undo(draft.id, said.recipe[0]).first_time == draft.first_time


def test_undo_restores_the_guess(house):
    draft = bring(GOOD)
    changed = drafts.fix(draft.id, [Fix(Kind.ROLE, "fee", Role.AMOUNT)])
    assert roles(changed)["amount"] is Role.NUMBER
    assert [fix.column for fix in changed.recipe] == ["fee"]

    assert drafts.undo(draft.id, changed.recipe[0]) == draft


@pytest.mark.parametrize(
    ("fix", "says"),
    [
        (Fix(Kind.ROLE, "nope", Role.ID), 'no column "nope"'),
        (Fix(Kind.ROLE, "fee", "wizard"), "nothing a column can be used as"),
        (Fix(Kind.ROLE, "fee", Role.SEALED), "stored as it is"),
        (Fix(Kind.LABEL, "fee", "2=fraud"), "says nothing about a label"),
        (Fix(Kind.LABEL, "is_fraud", "2=maybe"), "says nothing about a label"),
        (Fix(Kind.ZONE, "booked_at", "Middle/Earth"), "no time zone"),
        (Fix(Kind.DATES, "booked_at", "year first"), "neither day first nor month first"),
        (Fix(Kind.DECIMALS, "amount", "dots"), "neither comma nor point"),
    ],
)
def test_a_fix_that_does_not_fit_is_refused(house, fix, says):
    draft = bring(GOOD)

    with pytest.raises(TouchstoneError, match=says):
        drafts.fix(draft.id, [fix])
    assert datasets.get(draft.id) == draft
