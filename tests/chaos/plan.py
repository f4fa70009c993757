"""What one schedule does: the runs that are asked for, and what goes wrong meanwhile.

A seed and a tier give the same plan each time, which is how a failure is played again.
"""

import random
from dataclasses import dataclass

from tests.chaos.house import TRAINERS

TIERS = ("T0", "T1", "T2")
KILLS = "kills"  # a kind of schedule: T0, and nothing but a kill at a random step of each run
PIECES = "pieces"  # another: a dataset is scored in pieces over both trainers, on T0, T1 or T2
WINDOW = 3.0  # seconds in which faults begin
PIECES_WINDOW = 6.5  # the same where a model takes 3 to 4 seconds to be opened
BROKER_FAULTS = ("down", "blackhole", "latency", "slow", "half_closed", "flush")
DATABASE_FAULTS = ("down", "blackhole", "latency", "half_closed", "cut_after_commit")
MACHINE_FAULTS = (
    "kill_main", "kill_pool", "kill_child", "kill_all", "stop_pool", "stop_child", "stop_all",
    "leave", "kill_reaper", "bit_flip", "full_disk", "power_cut",
)  # fmt: skip
PIECES_FAULTS = (*(what for what in MACHINE_FAULTS if what != "bit_flip"), "stop_helper")
TROUBLES = ("", "", "", "", "segv", "hang", "broken", "nan", "disk_kill", "disk_fail", "disk_full")
ALWAYS = ("broken", "nan")  # troubles of the run itself, which every attempt meets
AFTER_ALL = float("inf")  # when every run has ended


@dataclass(frozen=True)
class Job:
    """One run of the family `chaos`, or one scoring; submitted twice at the same time."""

    seed: int
    steps: int = 30
    pause: float = 0.02  # seconds a step takes, or that a piece takes longer
    trouble: str = ""  # kill, hang, segv, broken, nan; of the disk: disk_kill, disk_fail, disk_full
    at: int = 0  # step of the trouble, or which call that writes
    troubled_attempts: int = 1  # 0: all
    cancel_after: float | None = None  # seconds
    scores: bool = False  # the whole dataset, in pieces, with a model of its own

    def options(self) -> dict[str, object]:
        """Return the options of the family that stand for it."""
        told = {"seed": self.seed, "steps": self.steps, "pause": self.pause}
        if self.trouble.startswith("disk_"):
            return {**told, "disk": self.trouble.removeprefix("disk_"), "disk_call": self.at}
        attempts = self.troubled_attempts
        trouble = {"trouble": self.trouble, "trouble_step": self.at, "troubled_attempts": attempts}
        return told | trouble


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong."""

    at: float  # seconds after the first submission, or AFTER_ALL
    what: str
    who: str = ""  # a role, or which proxy; empty: whoever learns
    lasts: float = 0.0  # seconds until it is lifted, or until who was killed starts again


@dataclass(frozen=True)
class Plan:
    """One schedule."""

    kind: str  # its tier, KILLS, PIECES, or the name of a trap
    seed: int
    tier: str
    jobs: tuple[Job, ...]
    faults: tuple[Fault, ...]
    skewed: float = 0.0  # seconds the trainers' clocks are ahead; T2 only
    settled_within: float = 60.0  # seconds after the last fault was lifted


def of_seed(seed: int, tier: str) -> Plan:
    """Return the plan of a seed: what is drawn for it in a tier."""
    draw = random.Random(f"{seed} {tier}")
    jobs = tuple(_job(draw, seed * 100 + number) for number in range(draw.randint(4, 6)))
    faults = _faults(draw, tier, MACHINE_FAULTS, WINDOW, draw.randint(2, 4))
    return Plan(tier, seed, tier, jobs, faults, _skew(draw, tier))


def of_kills(seed: int) -> Plan:
    """Return a plan of five runs, each killed at a step of its own once it has a checkpoint."""
    draw = random.Random(f"{seed} kills")
    jobs = tuple(
        Job(seed * 100 + number, steps=40, pause=0.02, trouble="kill", at=draw.randint(6, 40))
        for number in range(5)
    )
    return Plan(KILLS, seed, "T0", jobs, ())


def of_pieces(seed: int) -> Plan:
    """Return a plan of one scoring, sometimes with a run beside it that takes a trainer away."""
    draw = random.Random(f"{seed} pieces")
    tier = TIERS[seed % len(TIERS)]
    jobs = [Job(seed * 100, pause=draw.choice((0.4, 0.6)), scores=True)]
    if draw.random() < 0.3:
        jobs.append(Job(seed * 100 + 1))
    faults = _faults(draw, tier, PIECES_FAULTS, PIECES_WINDOW, draw.randint(2, 3))
    return Plan(PIECES, seed, tier, tuple(jobs), faults, _skew(draw, tier), 90.0)


def _job(draw: random.Random, seed: int) -> Job:
    trouble = draw.choice(TROUBLES)
    cancelled = draw.random() < 0.15
    return Job(
        seed=seed,
        steps=draw.randint(12, 40),
        pause=draw.choice((0.01, 0.02, 0.03)),
        trouble=trouble,
        at=draw.randint(1, 25 if trouble.startswith("disk") else 12),
        troubled_attempts=0 if trouble in ALWAYS else 1,
        cancel_after=draw.uniform(0.1, WINDOW) if cancelled else None,
    )


def _faults(
    draw: random.Random, tier: str, of_machines: tuple[str, ...], window: float, count: int
) -> tuple[Fault, ...]:
    pools = [[("machine", what) for what in of_machines]]
    if tier != "T0":
        pools.append([("broker", what) for what in BROKER_FAULTS])
    if tier == "T2":
        pools.append([("database", what) for what in DATABASE_FAULTS])
    found = [_fault(draw, draw.choice(draw.choice(pools)), window) for _ in range(count)]
    return tuple(sorted(found, key=lambda fault: fault.at))


def _skew(draw: random.Random, tier: str) -> float:
    return draw.choice((0.0, 0.0, 3_600.0, -3_600.0)) if tier == "T2" else 0.0


def _fault(draw: random.Random, chosen: tuple[str, str], window: float) -> Fault:
    where, what = chosen
    at = round(draw.uniform(0.3, window), 2)
    if where != "machine":
        return Fault(at, what, where, round(draw.uniform(0.2, 3.0), 2))
    lasts = round(draw.uniform(2.2, 3.2), 2) if what.startswith("stop") else 1.0
    return Fault(at, what, draw.choice(TRAINERS), lasts)
