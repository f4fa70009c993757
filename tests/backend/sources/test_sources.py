"""The contract of every dialect: what a file in backend/sources/ promises."""

import pytest

from backend.source import GENERAL, Source, dialects, recognise
from backend.steps.columns import Role
from backend.steps.contents import Contents
from backend.steps.layout import fold

ONCE = (Role.LABEL, Role.AMOUNT, Role.COUNTERPARTY)


@pytest.mark.parametrize("name", sorted(dialects()))
def test_a_source_keeps_the_contract(name: str) -> None:
    source = dialects()[name]

    assert isinstance(source, Source)
    assert source.title
    assert source.guess or source.requires, "a dialect is known by its headers, or guesses"
    assert {fold(header) for header in source.requires} <= {fold(header) for header in source.roles}
    for header, (role, why) in source.roles.items():
        assert isinstance(role, Role), header
        assert why, f"{header} has no reason"
        assert not why.endswith("."), f"{header}: reasons are put together into sentences"
    given = [role for role, _ in source.roles.values()]
    assert all(given.count(role) <= 1 for role in ONCE)


@pytest.mark.parametrize("name", sorted(set(dialects()) - {GENERAL}))
def test_a_dialect_recognises_its_own_headers_in_any_case(name: str) -> None:
    source = dialects()[name]
    headers = [header.upper().replace("_", " ") for header in source.requires]

    assert recognise([column(header) for header in headers])[0] == name


def test_unknown_headers_are_general() -> None:
    assert recognise([column("a"), column("b")])[0] == GENERAL


def test_a_guess_never_adds_a_second_label_to_a_dialect() -> None:
    source = dialects()["sparkov"]
    headers = [*source.requires, "is_fraud", "fraud_label", "channel"]

    _, columns = recognise([column(header) for header in headers])

    labels = [known.name for known in columns if known.role is Role.LABEL]
    assert labels == ["is_fraud"]
    assert {known.name: known.role for known in columns}["channel"] is Role.CATEGORY


def column(name: str) -> Contents:
    """A column of 0 and 1, which can be anything."""
    return Contents(
        name, rows=10, present=10, distinct=2, numbers=10, high=1, values=(("0", 9), ("1", 1))
    )
