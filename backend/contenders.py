"""Which runs can stand side by side, and which do when nobody chose."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from backend import champions, offers
from backend.run_view import UNTAUGHT, Run, select_runs, to_run
from backend.states import RunState
from db import Run as RunRow
from db import transaction

NEWEST = 10  # finished runs that are compared when nobody chose
MOST = 50  # runs that are compared at once
SCORED = (RunRow.kind == "train", RunRow.family != UNTAUGHT)  # trainings that end in scores
STRONGEST = "trees"  # the family of the automatic baseline that everyone must beat


def datasets_with_runs() -> dict[int, int]:
    """Return how many finished runs each dataset with runs has, the newest run's dataset first."""
    finished = func.count().filter(RunRow.state == RunState.SUCCEEDED)
    with transaction(reading=True) as session:
        found = session.execute(
            select(RunRow.dataset_id, finished)
            .where(*SCORED)
            .group_by(RunRow.dataset_id)
            .order_by(func.max(RunRow.id).desc())
        )
        return {int(dataset_id): int(number) for dataset_id, number in found}


def offered(dataset_id: int, at_most: int = 500) -> list[Run]:
    """Return the training runs of a dataset, newest first, the automatic ones among them."""
    with transaction(reading=True) as session:
        of_dataset = select_runs().where(*SCORED, RunRow.dataset_id == dataset_id)
        found = session.execute(of_dataset.order_by(RunRow.id.desc()).limit(at_most))
        return [to_run(row) for row in found]


def named(run_ids: Sequence[int]) -> list[Run]:
    """Return the training runs with these numbers, in their order; unknown ones are left out."""
    with transaction(reading=True) as session:
        asked = select_runs().where(*SCORED, RunRow.id.in_(run_ids))
        found = {run.id: run for run in map(to_run, session.execute(asked))}
    return [found[run_id] for run_id in run_ids if run_id in found]


def usual(among: Sequence[Run]) -> list[Run]:
    """Return the runs of one dataset that are compared when nobody chose.

    The newest ten that have finished, and the champion; in the order given.
    """
    finished = [run for run in among if run.state is RunState.SUCCEEDED]
    newest, best = finished[:NEWEST], _champion(finished)
    return [run for run in finished if run in newest or run is best]


def usual_baseline(among: Sequence[Run]) -> Run | None:
    """Return the run that the others are held against when nobody chose.

    The champion, else the automatic gradient-boosted trees, else the oldest finished run;
    None when none has finished.
    """
    finished = [run for run in among if run.state is RunState.SUCCEEDED]
    trees = next((run for run in finished if run.automatic and run.family == STRONGEST), None)
    return _champion(finished) or trees or next(reversed(finished), None)


def usual_candidate(among: Sequence[Run], baseline: Run | None) -> Run | None:
    """Return the newest finished run beside the baseline, of those a person started if any."""
    finished = [run for run in among if run.state is RunState.SUCCEEDED and run is not baseline]
    return next((run for run in finished if not run.automatic), next(iter(finished), None))


def options_in_full(among: Sequence[Run]) -> list[dict[str, Any]]:
    """Return the options of each run, with the family's defaults for those it left as they were.

    Defaults are known while a worker offers the family.
    """
    defaults = {
        offer.family: {
            name: field["default"]
            for name, field in offer.options.get("properties", {}).items()
            if "default" in field
        }
        for offer in offers.live()
    }
    return [{**defaults.get(run.family, {}), **run.options} for run in among]


def option_titles() -> dict[str, str]:
    """Return how options are named on pages, by name, for families that a worker offers."""
    return {
        name: str(field["title"])
        for offer in offers.live()
        for name, field in offer.options.get("properties", {}).items()
        if "title" in field
    }


def champion_of(dataset_id: int) -> int | None:
    """Return the number of a dataset's champion, None before one was made."""
    made = champions.of(dataset_id)
    return made.run_id if made else None


def _champion(among: Sequence[Run]) -> Run | None:
    best = champion_of(among[0].dataset_id) if among else None
    return next((run for run in among if run.id == best), None)
