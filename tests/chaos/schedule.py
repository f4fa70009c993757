"""One schedule, played: runs are asked for, faults happen, everything settles, and is checked."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy.exc import DBAPIError

from tests.chaos import faults
from tests.chaos.house import House
from tests.chaos.inside.scores import PAUSE
from tests.chaos.plan import AFTER_ALL, Fault, Job, Plan
from tests.chaos.scoring import Model

ANSWERED_WITHIN = 45.0  # seconds a page waits for the database at most
TICK = 0.05
LOOK_EVERY = 0.5
ORPHANED_FOR = 20.0  # seconds, after which a process counts as forgotten; it may be starting
GONE_WITHIN = 30.0  # seconds, in which the last process that learns ends


@dataclass
class Asked:
    """What became of asking for one job, as far as the client heard."""

    job: Job
    heard: list[int] = field(default_factory=list)  # numbers of the run, one per click
    cancelled_at: float | None = None  # seconds since 1970, when the cancel was acknowledged

    @property
    def run_id(self) -> int:
        """The number of the run."""
        return self.heard[0]


@dataclass
class Played:
    """A schedule that has been played."""

    plan: Plan
    asked: list[Asked]
    began: float  # monotonic
    orphans: dict[int, str] = field(default_factory=dict)  # by process
    unsettled: list[str] = field(default_factory=list)
    seconds: float = 0.0
    model: Model | None = None  # of its scorings


class Client:
    """Does what pages do, in threads of its own, and does not give up when the database is away."""

    def __init__(self, dataset_id: int, plan: Plan, model: Model | None) -> None:
        self.dataset_id, self.plan, self.model = dataset_id, plan, model
        self.asked = [Asked(job) for job in plan.jobs]
        self.threads: list[threading.Thread] = []

    def ask_for_all(self) -> None:
        """Submit every job twice at once, and cancel those whose time has come."""
        for asked in self.asked:
            for _ in range(2):
                self._begin(partial(self._submit, asked))
            if asked.job.cancel_after is not None:
                self._begin(partial(self._cancel, asked))

    def wait(self) -> None:
        """Wait until everything that was asked for has been answered."""
        for thread in self.threads:
            thread.join(ANSWERED_WITHIN)
            assert not thread.is_alive(), "a page never got an answer"

    def _begin(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        self.threads.append(thread)

    def _submit(self, asked: Asked) -> None:
        from backend import runs

        job = asked.job
        key = f"{self.plan.seed}-{job.seed}"
        launch = partial(runs.launch, self.dataset_id, "chaos", "Quick check", job.options(), key)
        if job.scores and self.model is not None:
            launch = partial(runs.launch_scoring, self.model.run_id, key)
        asked.heard.append(_until_answered(launch))

    def _cancel(self, asked: Asked) -> None:
        from backend import runs

        assert asked.job.cancel_after is not None
        time.sleep(asked.job.cancel_after)
        while not asked.heard:
            time.sleep(TICK)
        _until_answered(partial(runs.cancel, asked.run_id))
        asked.cancelled_at = time.time()


def _until_answered(work: Callable[[], Any]) -> Any:
    end = time.monotonic() + ANSWERED_WITHIN
    while True:
        try:
            return work()
        except DBAPIError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def play(house: House, dataset_id: int, plan: Plan, model: Model | None = None) -> Played:
    """Play a plan in a running house until every run has ended, or it is clear that one won't.

    `model` is what its scorings are done with.
    """
    for job in plan.jobs:
        if job.scores:
            (house.control / PAUSE).write_text(str(job.pause))
    client = Client(dataset_id, plan, model)
    played = Played(plan, client.asked, time.monotonic(), model=model)
    client.ask_for_all()
    looking = _Looking(house, played)
    _go_through_faults(house, plan, looking)
    client.wait()
    end = time.monotonic() + plan.settled_within
    while (live := looking.live()) and time.monotonic() < end:
        looking.tick()
    played.unsettled = [f"run {run_id} is still {state}" for run_id, state in live.items()]
    looking.tick_until_no_child_is_left()
    for fault in plan.faults:
        if fault.at == AFTER_ALL:
            faults.do(house, fault)
    played.seconds = time.monotonic() - played.began
    return played


def _go_through_faults(house: House, plan: Plan, looking: "_Looking") -> None:
    began = time.monotonic()
    due: list[tuple[float, Callable[[], Any]]] = [
        (fault.at, partial(_do, house, fault, began, looking))
        for fault in plan.faults
        if fault.at < AFTER_ALL
    ]
    looking.due = due
    while looking.due:
        looking.due.sort(key=lambda one: one[0])
        at, work = looking.due[0]
        if time.monotonic() - began >= at:
            looking.due.pop(0)
            work()
        looking.tick()


def _do(house: House, fault: Fault, began: float, looking: "_Looking") -> None:
    lift = faults.do(house, fault)
    if lift is not None:
        looking.due.append((time.monotonic() - began + fault.lasts, lift))


class _Looking:
    """Keeps the house up while time passes, and looks for what must never be seen."""

    def __init__(self, house: House, played: Played) -> None:
        self.house, self.played = house, played
        self.due: list[tuple[float, Callable[[], Any]]] = []
        self.orphaned: dict[int, float] = {}
        self.next_look = 0.0

    def tick(self) -> None:
        """Let a moment pass."""
        self.house.keep_up()
        if time.monotonic() >= self.next_look:
            self.next_look = time.monotonic() + LOOK_EVERY
            self.look()
        time.sleep(TICK)

    def look(self) -> None:
        """Note since when each process has been without a parent of this house."""
        present = time.monotonic()
        self.orphaned = {pid: self.orphaned.get(pid, present) for pid in self.house.orphans()}
        for pid, since in self.orphaned.items():
            if present - since > ORPHANED_FOR:
                self.played.orphans[pid] = f"process {pid} learns on without its supervisor"

    def live(self) -> dict[int, str]:
        """Return the runs of the schedule that have not ended, with their states."""
        from backend import runs

        found = [runs.get(asked.run_id) for asked in self.played.asked]
        return {run.id: run.state.value for run in found if run.is_live}

    def tick_until_no_child_is_left(self) -> None:
        """Wait for the last training process to go; one that stays is an orphan."""
        end = time.monotonic() + GONE_WITHIN
        while time.monotonic() < end:
            left = [
                pid for role in self.house.processes for pid in self.house.members(role)["child"]
            ]
            if not left:
                return
            self.tick()
        words = "process {} learns though every run has ended"
        self.played.orphans |= {pid: words.format(pid) for pid in left}
