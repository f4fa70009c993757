"""The life of a run against a model of it: whatever happens in whatever order, both agree."""

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from sqlalchemy import select, update

from backend import attempts, rescue, runs
from backend.attempts import Word
from backend.states import LIVE, Failure, RunState
from db import Run, transaction
from tests.backend.launching import LONG_AGO, fall_silent, put, queue_many

LIMIT = 3
ENDS = {
    RunState.SUCCEEDED: attempts.succeed,
    RunState.FAILED: lambda *hold: attempts.fail(*hold, "Bad data."),
    RunState.FAILED_DIVERGED: lambda *hold: attempts.fail(*hold, "NaN.", Failure.DIVERGED),
    RunState.CANCELLED: attempts.end_cancelled,
}
LEAVES = {
    "leave": attempts.give_back,
    "halve": attempts.halve,
    "pause": lambda *hold: attempts.pause_disk(*hold, "No room."),
    "crash": lambda *hold: attempts.crashed(*hold, Failure.CRASH),
}


@dataclass
class Model:
    """What a run should be."""

    state: RunState = RunState.QUEUED
    attempt: int = 0
    crashes: int = 0
    halvings: int = 0
    stop: str = ""
    resumed: int = 0
    due: bool = True
    points: dict[int, list[int]] = field(default_factory=dict)  # attempt -> steps
    kept: list[tuple[int, int]] = field(default_factory=list)  # checkpoints: attempt, step

    def held_by(self, attempt: int) -> bool:
        return self.state is RunState.RUNNING and self.attempt == attempt

    def begin(self) -> None:
        origin, self.resumed = max(self.kept, default=(0, 0))
        carried = [step for step in self.points.get(origin, []) if step <= self.resumed]
        self.state, self.attempt, self.due = RunState.RUNNING, self.attempt + 1, True
        self.points[self.attempt] = carried

    def let_go(self, to: RunState, due: bool = True) -> None:
        self.state, self.due = (RunState.CANCELLED if self.stop == "cancel" else to), due

    def crash(self, due: bool) -> None:
        self.crashes += 1
        self.let_go(RunState.QUARANTINED if self.crashes >= LIMIT else RunState.QUEUED, due)


class Life(RuleBasedStateMachine):
    """A house with two runs, workers that hold them, and workers taken for dead."""

    ids = st.integers(0, 1)  # of two runs
    back = st.sampled_from([0, 0, 0, 1, 2])  # who speaks: the newest attempt, or one before it

    @initialize()
    def queue(self) -> None:
        self.runs = queue_many(2)
        self.model = {run_id: Model() for run_id in self.runs}

    @rule(which=ids)
    def claim(self, which: int) -> None:
        model, run_id = self._model(which)
        free = model.state is RunState.QUEUED and model.due
        attempt = attempts.claim(run_id, "worker")
        assert (attempt is not None) == free
        if attempt:
            model.begin()
            assert (attempt.number, attempt.halvings) == (model.attempt, model.halvings)

    @rule()
    def claim_the_next(self) -> None:
        free = [n for n, m in self.model.items() if m.state is RunState.QUEUED and m.due]
        attempt = attempts.claim_next("worker")
        assert (attempt.run_id if attempt else None) == min(free, default=None)
        if attempt:
            self.model[attempt.run_id].begin()

    @rule(
        which=ids, back=back, points=st.integers(1, 3), keeps=st.sampled_from([True, True, False])
    )
    def learn(self, which: int, back: int, points: int, keeps: bool) -> None:
        self.claim(which)  # as whoever wants to learn does
        model, *hold = self._speaker(which, back)
        holds, done = model.held_by(hold[1]), max(model.points.get(hold[1], []), default=0)
        steps = [done + more for more in range(1, points + 1)]
        told = [{"part": "train", "step": step, "loss": 0.5} for step in steps]
        assert attempts.record_points(*hold, told) == holds
        if keeps:
            assert attempts.record_checkpoint(*hold, steps[0], "a") == holds
        if holds:
            model.points[hold[1]] += steps
            model.kept += [(hold[1], steps[0])] if keeps else []

    @rule(which=ids, back=back)
    def find_nothing_whole(self, which: int, back: int) -> None:
        model, *hold = self._speaker(which, back)
        assert attempts.resumed(*hold, 0) == model.held_by(hold[1])
        if model.held_by(hold[1]):
            model.points[hold[1]], model.resumed = [], 0

    @rule(which=ids, back=back)
    def renew(self, which: int, back: int) -> None:
        model, *hold = self._speaker(which, back)
        expected = Word(model.stop or Word.GO_ON) if model.held_by(hold[1]) else Word.LOST
        assert attempts.renew(*hold) is expected

    @rule(which=ids, back=back, state=st.sampled_from(sorted(ENDS)))
    def end(self, which: int, back: int, state: RunState) -> None:
        model, *hold = self._speaker(which, back)
        told_before = model.state is state and model.attempt == hold[1]
        holds = model.held_by(hold[1])
        assert ENDS[state](*hold) == (holds or told_before)
        if holds:
            model.state = state

    @rule(which=ids, back=back, how=st.sampled_from([*LEAVES]))
    def let_go(self, which: int, back: int, how: str) -> None:
        model, *hold = self._speaker(which, back)
        goes = model.held_by(hold[1]) and not (how == "halve" and model.halvings)
        assert LEAVES[how](*hold) == goes
        if goes and how == "crash":
            model.crash(due=False)
        elif goes:
            model.halvings += how == "halve"
            paused = how == "pause"
            model.let_go(RunState.PAUSED_DISK if paused else RunState.QUEUED, due=not paused)

    @rule(which=ids)
    def lose_the_worker(self, which: int) -> None:
        self.claim(which)
        model, run_id = self._model(which)
        lost = model.state is RunState.RUNNING
        fall_silent(run_id)
        assert rescue.take_back() == ([run_id] if lost else [])
        if lost and max(model.kept, default=(0, 0)) > (model.attempt, model.resumed):
            model.let_go(RunState.QUEUED)
        elif lost:
            model.crash(due=True)

    @rule(which=ids)
    def wait_long_enough(self, which: int) -> None:
        model, run_id = self._model(which)
        put(run_id, waits_until=LONG_AGO)
        model.due = True
        paused = model.state is RunState.PAUSED_DISK
        assert rescue.resume_paused() == ([run_id] if paused else [])
        if paused:
            model.let_go(RunState.QUEUED)

    @rule(which=ids, cancels=st.booleans())
    def ask(self, which: int, cancels: bool) -> None:
        model, run_id = self._model(which)
        (runs.cancel if cancels else runs.stop_and_keep_best)(run_id)
        if model.state is RunState.RUNNING:
            model.stop = "cancel" if cancels else model.stop or "keep_best"
        elif cancels and model.state in LIVE:
            model.stop, model.state = "cancel", RunState.CANCELLED

    @invariant()
    def the_house_agrees(self) -> None:
        names = ("state", "attempt", "crashes", "halvings", "stop")
        with transaction(reading=True) as session:
            columns = [getattr(Run, name) for name in names]
            rows = session.execute(select(Run.id, *columns).where(Run.id.in_(self.model))).all()
        found = {run_id: tuple(values) for run_id, *values in rows}
        expected = {
            run_id: tuple(getattr(model, name) for name in names)
            for run_id, model in self.model.items()
        }
        assert found == expected

    def teardown(self) -> None:
        with transaction() as session:  # the next example has the house to itself
            live = update(Run).where(Run.state.in_(LIVE))
            session.execute(live.values(state=RunState.CANCELLED))
        for run_id, model in self.model.items():
            assert list(runs.loss_curve(run_id)["step"]) == model.points.get(model.attempt, [])

    def _model(self, which: int) -> tuple[Model, int]:
        return self.model[self.runs[which]], self.runs[which]

    def _speaker(self, which: int, back: int) -> tuple[Model, int, int]:
        model, run_id = self._model(which)
        return model, run_id, max(model.attempt - back, 0)


@pytest.mark.slow
def test_a_run_lives_as_its_model_does(house, change) -> None:
    change(spare_mb=0, crash_limit=LIMIT)
    quiet = [HealthCheck.too_slow]
    examples = settings(max_examples=200, stateful_step_count=24, suppress_health_check=quiet)
    run_machine(Life, settings=examples)
