"""From which score on a run raises an alert: chosen by somebody, for a reason, kept by version."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from backend.errors import ModelNotReady, RunNotFound, TouchstoneError
from backend.run_view import UNTAUGHT
from backend.signature import signed
from backend.states import RunState
from db import Policy as PolicyRow
from db import Run, now, transaction


@dataclass(frozen=True)
class Policy:
    """One chosen threshold; the newest version of a run is in force."""

    run_id: int
    version: int  # of this run, from 1
    threshold: float  # an alert from this score on, 0 to 1
    inputs: dict[str, Any]  # what it was chosen with: steps/costs.Costs as plain values
    chosen_by: str
    why: str
    created_at: datetime


def newest(run_id: int) -> Policy | None:
    """Return the policy in force for a run, None before the first one was saved."""
    return next(iter(history(run_id, at_most=1)), None)


def history(run_id: int, at_most: int = 50) -> list[Policy]:
    """Return the policies of a run, newest first; empty before the first one was saved."""
    with transaction(reading=True) as session:
        of_run = select(PolicyRow).where(PolicyRow.run_id == run_id)
        rows = session.scalars(of_run.order_by(PolicyRow.version.desc()).limit(at_most))
        return [_policy(row) for row in rows]


def save(run_id: int, threshold: float, inputs: dict[str, Any], chosen_by: str, why: str) -> Policy:
    """Keep a threshold as the run's next version and return it.

    `inputs` is what it was chosen with, JSON-ready. Raises RunNotFound; ModelNotReady when
    the run has no finished model; TouchstoneError when name or reason is missing or the
    threshold is no score.
    """
    name, reason = signed(chosen_by, why)
    if not 0 <= threshold <= 1:
        raise TouchstoneError(f"A threshold is a score from 0 to 1, not {threshold:g}.")
    decision = {"threshold": threshold, "inputs": inputs, "chosen_by": name, "why": reason}
    with transaction() as session:
        run = session.get(Run, run_id, with_for_update=True)  # two at once get two versions
        if run is None:
            raise RunNotFound(run_id)
        if run.state != RunState.SUCCEEDED or run.kind != "train" or run.family == UNTAUGHT:
            raise ModelNotReady("This run has no finished model, so it has no threshold.")
        last = session.scalar(select(func.max(PolicyRow.version)).where(PolicyRow.run_id == run_id))
        row = PolicyRow(run_id=run_id, version=(last or 0) + 1, created_at=now(session), **decision)
        session.add(row)
        session.flush()
        return _policy(row)


def restore(run_id: int, version: int, chosen_by: str, why: str) -> Policy:
    """Save an older version again, as the newest one; history is never rewritten.

    Raises as `save` does, and TouchstoneError when the run has no such version.
    """
    with transaction(reading=True) as session:
        wanted = select(PolicyRow).where(PolicyRow.run_id == run_id, PolicyRow.version == version)
        row = session.scalar(wanted)
        old = _policy(row) if row else None
    if old is None:
        raise TouchstoneError(f"Run {run_id} has no threshold version {version}.")
    return save(run_id, old.threshold, old.inputs, chosen_by, why)


def _policy(row: PolicyRow) -> Policy:
    return Policy(
        row.run_id, row.version, row.threshold, row.inputs, row.chosen_by, row.why, row.created_at
    )
