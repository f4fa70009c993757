"""Twenty schedules on SQLite, ten of them with a broken broker: nothing that must hold breaks."""

import pytest

from tests.chaos.campaign import replay
from tests.chaos.told import told

SEEDS = range(1, 11)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("tier", ["T0", "T1"])
def test_nothing_breaks(tier: str) -> None:
    played = told(tier, "--seeds", f"{SEEDS[0]}-{SEEDS[-1]}")
    broken = [f"{replay(each)}: {each['violations']}" for each in played if each["violations"]]
    assert not broken, "\n".join(broken)
    assert len(played) == len(SEEDS)
