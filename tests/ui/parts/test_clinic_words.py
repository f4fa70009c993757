"""Every decision is a sentence, and names from a file stay plain text in it."""

import pytest

from backend.steps import faults, rejected
from backend.steps.columns import Role
from backend.steps.recipe import Fix, Kind
from ui.parts.clinic_words import LET_STAND, MEANINGS, decided

VALUES = {
    Kind.ROLE: "number",
    Kind.LABEL: "maybe=aside",
    Kind.KEEP: "leak:bank_alert",
    Kind.ZONE: "Europe/Vienna",
}


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_fix_has_words(kind):
    said = decided(Fix(kind, "bank_alert", VALUES.get(kind, "x")))
    assert said[0].isupper() or said.startswith("**")
    assert "{" not in said


@pytest.mark.parametrize("role", Role)
def test_every_role_has_words(role):
    assert decided(Fix(Kind.ROLE, "a", role)).startswith("**a** is used as: ")


@pytest.mark.parametrize("reason", sorted({*faults.TOLD} - {*faults.CHOSEN}))
def test_every_fault_that_can_be_let_stand_has_words(reason):
    assert reason in LET_STAND


def test_rows_left_aside_have_words():
    assert decided(Fix(Kind.KEEP, "", rejected.KEY + "short")) == LET_STAND["rejected"]


def test_labels_are_told_by_their_meaning():
    assert decided(Fix(Kind.LABEL, "y", "a=b=fraud")) == "“a=b” means fraud"
    said = decided(Fix(Kind.LABEL, "y", "maybe=aside"))
    assert said == "Rows with the label “maybe” are put aside"
    assert set(MEANINGS) == {"fraud", "legitimate", "unknown", "aside"}


def test_names_of_the_file_stay_plain_text():
    assert "![x](" not in decided(Fix(Kind.ROLE, "![x](http://a)", "number"))
