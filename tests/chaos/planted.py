"""Twelve schedules by name, each to catch one planted fault of ours, and what it is caught by."""

from dataclasses import dataclass

from tests.chaos.house import TRAINERS
from tests.chaos.plan import AFTER_ALL, Fault, Job, Plan

FIRST, SECOND = TRAINERS


@dataclass(frozen=True)
class Trap:
    """A schedule that nothing disturbs, unless the fault is planted."""

    bug: str  # its name in `inside/bugs.py`
    plan: Plan
    caught_by: frozenset[str]  # invariants, one of which must be violated


def _trap(
    bug: str, caught_by: str, jobs: tuple[Job, ...], *faults: Fault, tier: str = "T0", within=30.0
) -> Trap:
    plan = Plan(bug, 0, tier, jobs, faults, settled_within=within)
    return Trap(bug, plan, frozenset(caught_by.split()))


TRAPS = (
    _trap(  # the supervisor sleeps, its run goes to another, and it wakes up
        "no_fence",
        "I2 I3 I4",
        (Job(1, steps=300, pause=0.04),),
        Fault(1.0, "stop_pool", lasts=6.0),
    ),
    _trap(  # the power goes once everything is told to be stored
        "no_fsync",
        "I2",
        (Job(3, steps=12, pause=0.01), Job(4, steps=12, pause=0.01)),
        Fault(AFTER_ALL, "power_cut", FIRST),
    ),
    _trap(  # the database is away for a moment while a curve is drawn
        "ack_before_commit",
        "I4",
        (Job(5, steps=160, pause=0.05), Job(6, steps=160, pause=0.05)),
        Fault(4.0, "down", "database", 1.0),
        tier="T2",
    ),
    _trap("age_only", "I5", (Job(7, steps=60, pause=0.06),)),  # a run longer than a lease
    _trap("no_idem_key", "I1", (Job(8, steps=10), Job(9, steps=10))),  # every job is clicked twice
    _trap(  # a bit of the newest checkpoint flips while its process ends
        "no_manifest_check",
        "I1 I2",
        (Job(10, steps=50, pause=0.04), Job(11, steps=50, pause=0.04)),
        Fault(1.0, "bit_flip", FIRST),
        Fault(1.2, "bit_flip", SECOND),
    ),
    _trap(  # many small writes from two trainers and a reaper at once
        "deferred_begin",
        "I3",
        tuple(Job(number, steps=80, pause=0.005) for number in range(12, 18)),
    ),
    _trap(  # the last of many runs is cancelled before its turn
        "revoke_only",
        "I5",
        (*(Job(number, steps=30) for number in range(18, 22)), Job(22, cancel_after=0.3)),
    ),
    _trap(  # one step takes for ever
        "no_deadline", "I1", (Job(23, trouble="hang", at=7),), within=12.0
    ),
    _trap(  # the supervisor of a silent child is killed, and nobody comes to tidy up
        "no_death_signal",
        "I8",
        (Job(24, trouble="hang", at=7), Job(25, trouble="hang", at=7)),
        Fault(0.5, "forsake", FIRST, 60.0),
    ),
    _trap(  # a helper sleeps over a piece, which goes to another, and wakes up; and once more
        "no_piece_fence",
        "I1 I2 I3",
        (Job(26, pause=2.0, scores=True),),
        Fault(1.0, "stop_helper", lasts=3.6),
        Fault(8.0, "stop_helper", lasts=3.6),
        Fault(14.0, "stop_helper", lasts=3.6),
        within=60.0,
    ),
    _trap("no_masking", "I11", (Job(27, steps=5),)),  # the imported file is named for a card
)

BY_NAME = {trap.bug: trap for trap in TRAPS}
