"""Every role has a second best, and a changed column remembers its guess."""

import pytest

from backend.steps.alternatives import alternative
from backend.steps.columns import Column, Role


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("distinct", [2, 40, 1_000_000])
def test_every_use_has_another(role, distinct):
    assert alternative(Column("a", role, "", distinct=distinct)) not in (role, None)


def test_a_flat_column_could_be_nothing_else():
    assert alternative(Column("a", Role.IGNORE, "", distinct=1)) is None


def test_a_changed_column_could_be_what_was_guessed():
    column = Column("a", Role.NUMBER, "Chosen by you", distinct=9, guess="category")
    assert alternative(column) is Role.CATEGORY


def test_an_explained_label_could_be_something_else_than_a_label() -> None:
    explained = Column("a", Role.LABEL, "", distinct=2, guess=Role.LABEL, guess_why="by name")
    assert alternative(explained) is Role.CATEGORY
