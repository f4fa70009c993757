"""Which runs another run can start from, and where the weights of one lie."""

from typing import Any

from sqlalchemy import select

from backend.errors import OptionsRefused
from backend.run_view import UNTAUGHT, Run, select_runs, to_run
from backend.states import RunState
from db import Run as RunRow
from db import transaction

OPTION = "start_from"  # of a family whose runs can start from another: its number, 0 for none
FAMILIES = (UNTAUGHT, "transaction")  # whose weights can be carried over


def offered(at_most: int = 200) -> list[Run]:
    """Return the finished runs that can be started from, newest first, of every dataset."""
    with transaction(reading=True) as session:
        ready = select_runs().where(
            RunRow.family.in_(FAMILIES),
            RunRow.state == RunState.SUCCEEDED,
            RunRow.kind == "train",
            RunRow.artefact.is_not(None),
        )
        found = session.execute(ready.order_by(RunRow.id.desc()).limit(at_most))
        return [to_run(row) for row in found]


def check(options: dict[str, Any]) -> None:
    """Raise OptionsRefused when options name a run that cannot be started from."""
    if options.get(OPTION):
        folder(int(options[OPTION]))


def folder(run_id: int) -> str:
    """Return the artefact folder of a run to start from, relative to the data folder.

    Raises OptionsRefused when there is no such run, when it has not finished, or when its
    family has no weights that could be carried over.
    """
    with transaction(reading=True) as session:
        run = session.scalar(select(RunRow).where(RunRow.id == run_id))
        if run is None:
            raise OptionsRefused(
                f"There is no run {run_id} to start from. It may have been deleted; choose "
                "another, or start from scratch."
            )
        if run.family not in FAMILIES or run.kind != "train":
            raise OptionsRefused(
                f"Run {run_id} has no weights that can be carried over. Choose a pre-training or "
                "a transaction transformer."
            )
        if run.state != RunState.SUCCEEDED or run.artefact is None:
            raise OptionsRefused(
                f"Run {run_id} has not finished, so nothing can start from it yet. Choose "
                "another, or start from scratch."
            )
        return run.artefact
