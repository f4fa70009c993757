"""The checker is checked: twelve planted faults of ours are each caught by their trap."""

import pytest

from tests.chaos.inside.bugs import PLANTED
from tests.chaos.planted import TRAPS, Trap
from tests.chaos.told import told

pytestmark = pytest.mark.slow


def test_every_planted_fault_has_a_trap() -> None:
    assert {trap.bug for trap in TRAPS} == set(PLANTED)
    assert len(TRAPS) == 12


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.bug)
def test_the_fault_is_caught(trap: Trap) -> None:
    (played,) = told(trap.bug, "--planted")
    violated = {one["invariant"] for one in played["violations"]}
    assert violated & trap.caught_by, played
