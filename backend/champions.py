"""Which run stands for a dataset: who made it champion, when and why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from backend.errors import ModelNotReady, RunNotFound
from backend.run_view import UNTAUGHT
from backend.signature import signed
from backend.states import RunState
from db import Champion as ChampionRow
from db import Run, now, transaction


@dataclass(frozen=True)
class Champion:
    """One decision that a run stands for its dataset; it holds until the next one."""

    dataset_id: int
    run_id: int
    run_name: str
    chosen_by: str
    why: str
    since: datetime


def of(dataset_id: int) -> Champion | None:
    """Return the champion of a dataset, None before the first one was made."""
    return next(iter(history(dataset_id, at_most=1)), None)


def history(dataset_id: int, at_most: int = 50) -> list[Champion]:
    """Return every champion a dataset had, the present one first; empty before the first."""
    return _read(at_most, ChampionRow.dataset_id == dataset_id)


def newest() -> Champion | None:
    """Return the champion made last, of whichever dataset; None when none was ever made."""
    return next(iter(_read(1)), None)


def make(run_id: int, chosen_by: str, why: str) -> Champion:
    """Make a finished run the champion of its dataset and return the decision.

    A run that already is champion stays it, and no second decision is kept. Raises
    RunNotFound; ModelNotReady when the run has no finished model; TouchstoneError when name
    or reason is missing.
    """
    name, reason = signed(chosen_by, why)
    with transaction() as session:
        run = session.get(Run, run_id, with_for_update=True)
        if run is None:
            raise RunNotFound(run_id)
        if run.state != RunState.SUCCEEDED or run.kind != "train" or run.family == UNTAUGHT:
            raise ModelNotReady("Only a run with a finished model can be champion. Choose another.")
        newest_of = select(ChampionRow.run_id).where(ChampionRow.dataset_id == run.dataset_id)
        present = session.scalar(newest_of.order_by(ChampionRow.id.desc()).limit(1))
        if present != run_id:
            at = now(session)
            decision = {"run_id": run_id, "chosen_by": name, "why": reason, "created_at": at}
            session.add(ChampionRow(dataset_id=run.dataset_id, **decision))
            run.champion_since = at
        dataset_id = run.dataset_id
    made = of(dataset_id)
    assert made is not None
    return made


def _read(at_most: int, *where: object) -> list[Champion]:
    with transaction(reading=True) as session:
        found = session.execute(
            select(ChampionRow, Run.name)
            .join(Run, Run.id == ChampionRow.run_id)
            .where(*where)  # type: ignore[arg-type]
            .order_by(ChampionRow.id.desc())
            .limit(at_most)
        )
        return [
            Champion(row.dataset_id, row.run_id, name, row.chosen_by, row.why, row.created_at)
            for row, name in found
        ]
