"""Scorings in pieces over two trainers, whatever breaks: every row has one score."""

import pytest

from tests.chaos.campaign import replay
from tests.chaos.cards import GROUP, ROWS
from tests.chaos.plan import PIECES
from tests.chaos.told import told

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "seeds", ["3,4", pytest.param("2", marks=pytest.mark.postgres)], ids=["SQLite", "PostgreSQL"]
)
def test_every_row_is_scored_once(seeds: str) -> None:
    played = told(PIECES, "--seeds", seeds)
    broken = [f"{replay(each)}: {each['violations']}" for each in played if each["violations"]]
    assert not broken, "\n".join(broken)
    assert len(played) == len(seeds.split(","))
    assert all(sum(each["pieces"].values()) == ROWS // GROUP for each in played)
