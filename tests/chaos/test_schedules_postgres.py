"""Ten schedules on PostgreSQL, with its connections and the broker's broken: nothing breaks."""

import pytest

from tests.chaos.campaign import replay
from tests.chaos.told import told

SEEDS = range(1, 11)

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


def test_nothing_breaks() -> None:
    played = told("T2", "--seeds", f"{SEEDS[0]}-{SEEDS[-1]}")
    broken = [f"{replay(each)}: {each['violations']}" for each in played if each["violations"]]
    assert not broken, "\n".join(broken)
    assert len(played) == len(SEEDS)
