"""The life of a run against a model of it: whatever happens in whatever order, both agree."""

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
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
    """A house with some runs, workers that hold them, and workers taken for dead."""

    ids = Bundle("ids")
    back = st.integers(0, 2)  # which attempt speaks: the newest, or one before it

    def __init__(self) -> None:
        super().__init__()
        self.model: dict[int, Model] = {}

    @rule(target=ids)
    def queue(self) -> int:
        (run_id,) = queue_many(1)
        self.model[run_id] = Model()
        return run_id

    @rule(run_id=ids)
    def claim(self, run_id: int) -> None:
        model = self.model[run_id]
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

    @rule(run_id=ids, back=back, keeps=st.booleans())
    def learn(self, run_id: int, back: int, keeps: bool) -> None:
        model, number = self._speaker(run_id, back)
        holds = model.held_by(number)
        step = max(model.points.get(number, []), default=0) + 1
        points = [{"part": "train", "step": step, "loss": 0.5}]
        assert attempts.record_points(run_id, number, points) == holds
        if holds:
            model.points[number].append(step)
        if keeps:
            assert attempts.record_checkpoint(run_id, number, step, "a") == holds
            model.kept += [(number, step)] if holds else []

    @rule(run_id=ids, back=back)
    def find_nothing_whole(self, run_id: int, back: int) -> None:
        model, number = self._speaker(run_id, back)
        assert attempts.resumed(run_id, number, 0) == model.held_by(number)
        if model.held_by(number):
            model.points[number], model.resumed = [], 0

    @rule(run_id=ids, back=back)
    def renew(self, run_id: int, back: int) -> None:
        model, number = self._speaker(run_id, back)
        expected = Word(model.stop or Word.GO_ON) if model.held_by(number) else Word.LOST
        assert attempts.renew(run_id, number) is expected

    @rule(run_id=ids, back=back, state=st.sampled_from(sorted(ENDS)))
    def end(self, run_id: int, back: int, state: RunState) -> None:
        model, number = self._speaker(run_id, back)
        told_before = model.state is state and model.attempt == number
        holds = model.held_by(number)
        assert ENDS[state](run_id, number) == (holds or told_before)
        if holds:
            model.state = state

    @rule(run_id=ids, back=back)
    def crash(self, run_id: int, back: int) -> None:
        model, number = self._speaker(run_id, back)
        assert attempts.crashed(run_id, number, Failure.CRASH) == model.held_by(number)
        if model.held_by(number):
            model.crash(due=False)

    @rule(run_id=ids, back=back)
    def give_back(self, run_id: int, back: int) -> None:
        model, number = self._speaker(run_id, back)
        assert attempts.give_back(run_id, number) == model.held_by(number)
        if model.held_by(number):
            model.let_go(RunState.QUEUED)

    @rule(run_id=ids, back=back)
    def halve(self, run_id: int, back: int) -> None:
        model, number = self._speaker(run_id, back)
        halves = model.held_by(number) and model.halvings == 0
        assert attempts.halve(run_id, number) == halves
        if halves:
            model.halvings = 1
            model.let_go(RunState.QUEUED)

    @rule(run_id=ids, back=back)
    def pause(self, run_id: int, back: int) -> None:
        model, number = self._speaker(run_id, back)
        assert attempts.pause_disk(run_id, number, "No room.") == model.held_by(number)
        if model.held_by(number):
            model.let_go(RunState.PAUSED_DISK, due=False)

    @rule(run_id=ids)
    def lose_the_worker(self, run_id: int) -> None:
        model = self.model[run_id]
        lost = model.state is RunState.RUNNING
        fall_silent(run_id)
        assert rescue.take_back() == ([run_id] if lost else [])
        if lost and any(
            kept[0] == model.attempt and kept[1] > model.resumed for kept in model.kept
        ):
            model.let_go(RunState.QUEUED)
        elif lost:
            model.crash(due=True)

    @rule(run_id=ids)
    def wait_long_enough(self, run_id: int) -> None:
        put(run_id, waits_until=LONG_AGO)
        self.model[run_id].due = True
        rested = [n for n, m in self.model.items() if m.state is RunState.PAUSED_DISK and m.due]
        assert sorted(rescue.resume_paused()) == rested
        for paused in rested:
            self.model[paused].let_go(RunState.QUEUED)

    @rule(run_id=ids)
    def cancel(self, run_id: int) -> None:
        model = self.model[run_id]
        runs.cancel(run_id)
        if model.state in LIVE:
            model.stop = "cancel"
            model.state = model.state if model.state is RunState.RUNNING else RunState.CANCELLED

    @rule(run_id=ids)
    def keep_the_best(self, run_id: int) -> None:
        model = self.model[run_id]
        runs.stop_and_keep_best(run_id)
        if model.state is RunState.RUNNING:
            model.stop = model.stop or "keep_best"

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
        for run_id, model in self.model.items():
            assert list(runs.loss_curve(run_id)["step"]) == model.points.get(model.attempt, [])
        with transaction() as session:  # the next example has the house to itself
            live = update(Run).where(Run.state.in_(LIVE))
            session.execute(live.values(state=RunState.CANCELLED))

    def _speaker(self, run_id: int, back: int) -> tuple[Model, int]:
        model = self.model[run_id]
        return model, max(model.attempt - back, 0)


@pytest.mark.slow
def test_a_run_lives_as_its_model_does(house, change) -> None:
    change(spare_mb=0, crash_limit=LIMIT)
    quiet = [HealthCheck.too_slow]
    examples = settings(max_examples=200, stateful_step_count=16, suppress_health_check=quiet)
    run_machine(Life, settings=examples)
