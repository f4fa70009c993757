"""One run as pages see it: a frozen record, read from its row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, func, select

from backend.checkpoints import newest_step
from backend.states import LIVE, Failure, RunState
from db import Dataset, Offer
from db import Run as RunRow

UNTAUGHT = "pretrain"  # the family that learns without labels, whose runs score nothing


@dataclass(frozen=True)
class Stage:
    """One step of a job, as shown to analysts."""

    name: str
    started_at: datetime
    seconds: float | None  # None while it goes on


@dataclass(frozen=True)
class Run:
    """One run as pages see it."""

    id: int
    kind: str  # train or score
    name: str
    dataset_id: int
    dataset_name: str
    currency: str
    clock: str
    of_run_id: int | None
    continues: int | None  # the failed run whose checkpoint it goes on from
    family: str
    family_title: str
    preset: str
    options: dict[str, Any]
    state: RunState
    attempt: int
    crashes: int
    slot: int
    automatic: bool  # a baseline nobody had to ask for
    champion_since: datetime | None  # of a dataset's runs, the one made champion last is it
    need: str  # the queue it waits in: gpu, cpu or batch
    devices: int  # that train it at the same time
    priority: int  # higher goes first
    place: float  # among those of one priority
    waits_until: datetime | None  # not taken before, after a crash
    worker: str | None  # that holds it, or held it last
    stop: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    interrupted_at: datetime | None  # when a worker was lost or let it go last
    last_point_at: datetime | None
    stages: tuple[Stage, ...]
    step: int
    steps_total: int
    rows_per_second: float | None
    seconds_left: float | None
    resumed_step: int  # where the newest attempt went on; 0: from the beginning
    checkpoint_step: int | None  # where the next attempt would go on
    halvings: int  # of the batch, after a full graphics card
    failure: Failure | None  # class of the last bad ending
    reason: str | None
    trace: str | None  # the end of its log
    split: dict[str, Any]
    metrics: dict[str, Any]
    test_reads: int
    scored_rows: int

    @property
    def is_live(self) -> bool:
        """True while the run waits or is worked on."""
        return self.state in LIVE

    @property
    def answers(self) -> bool:
        """False for pre-training: it scores nothing and is there to start from."""
        return self.family != UNTAUGHT

    @property
    def is_judged(self) -> bool:
        """True once the run has finished with a model that scores."""
        return self.answers and self.state == RunState.SUCCEEDED

    @property
    def share_done(self) -> float:
        """Share of the planned steps taken, 0 to 1; 0 before the plan is known."""
        if self.state == RunState.SUCCEEDED:
            return 1.0
        return min(self.step / self.steps_total, 1.0) if self.steps_total else 0.0


def select_runs() -> Select[Any]:
    title = select(func.max(Offer.title)).where(Offer.family == RunRow.family).scalar_subquery()
    shown = (Dataset.name, Dataset.currency, Dataset.clock, title, newest_step())
    return select(RunRow, *shown).join(Dataset, Dataset.id == RunRow.dataset_id)


def to_run(row: Any) -> Run:
    run, dataset_name, currency, clock, title, checkpoint_step = row
    same = {
        name: getattr(run, name)
        for name in Run.__dataclass_fields__
        if hasattr(run, name) and name not in ("state", "stages", "failure")
    }
    return Run(
        **same,
        dataset_name=dataset_name,
        currency=currency,
        clock=clock,
        family_title=cast(str, title or run.family),
        state=RunState(run.state),
        failure=Failure(run.failure) if run.failure else None,
        checkpoint_step=checkpoint_step,
        stages=_stages(run.stages, run.finished_at),
    )


def _stages(stored: list[dict[str, Any]], finished_at: datetime | None) -> tuple[Stage, ...]:
    starts = [datetime.fromisoformat(stage["started_at"]) for stage in stored]
    ends = [*starts[1:], finished_at]
    return tuple(
        Stage(stage["name"], start, (end - start).total_seconds() if end else None)
        for stage, start, end in zip(stored, starts, ends, strict=False)
    )
