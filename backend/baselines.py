"""The baselines of a dataset, started by themselves: what every other run has to beat.

Constant, amount and logistic regression follow the first run that a person launches on a
dataset; boosted trees follow the first that finishes, tuned for as long as that run took. Each
is queued once per dataset and shared by every comparison; decisions/0015.
"""

import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from backend import offers, queueing, run_names
from backend.errors import ModelNotReady, OptionsRefused, RunNotFound
from backend.queueing import SLOTS, TRAIN, Wanted
from backend.run_view import UNTAUGHT, Run, select_runs, to_run
from backend.states import RunState
from backend.steps.columns import Role, from_plain, named
from db import Dataset, transaction
from db import Run as RunRow
from settings import settings

log = logging.getLogger(__name__)

TREES = "trees"
NEED_NO_TREES = (TREES, UNTAUGHT)
PRESETS = {"constant": "Quick check", "amount": "Balanced", "logistic": "Balanced"}
FAMILIES = (*PRESETS, TREES)  # the weakest first
SLOT = {family: SLOTS - 1 - place for place, family in enumerate(FAMILIES)}  # a colour for each
SHORTEST, LONGEST = 30, 3_600  # seconds of tuning
ENOUGH = 0.8  # share of the time that the other had, from which two had about the same


@dataclass(frozen=True)
class Fairness:
    """Whether a run and the trees it is held against had about the same time."""

    alike: bool
    run_seconds: float  # from the start of the run to its end
    trees_seconds: float  # of tuning
    why: str  # one sentence


def queue_first(dataset_id: int, beside: str) -> list[int]:
    """Queue the cheap baselines of a dataset, each once; return the numbers of the new ones.

    `beside` is the family a person has launched, which needs no second run of its own. A
    family that no live worker offers is left for the next time.
    """
    if not settings.automatic_baselines or not _has_frauds(dataset_id):
        return []
    needless = {beside} if _has_amount(dataset_id) else {beside, "amount"}
    queued = [
        _queue(dataset_id, family, preset, {}, key="")
        for family, preset in PRESETS.items()
        if family not in needless
    ]
    return [run_id for run_id in queued if run_id is not None]


def queue_trees(run_id: int) -> int | None:
    """Queue the boosted trees of a dataset, once, for as long as this finished run took.

    Return the number of their run; None when there was one before, or when the run is itself
    a baseline, a scoring, a pre-training, or not finished.
    """
    if not settings.automatic_baselines:
        return None
    run = _get(run_id)
    if run.automatic or run.kind != TRAIN or run.family in NEED_NO_TREES or _took(run) is None:
        return None
    return _queue_trees(run, key="") if _has_frauds(run.dataset_id) else None


def tune_longer(run_id: int) -> int:
    """Queue boosted trees that are tuned as long as this run took; return their number.

    The same time on the same dataset gives the same run. Raises RunNotFound; ModelNotReady
    when the run has not finished; OptionsRefused when no live worker grows trees.
    """
    run = _get(run_id)
    if _took(run) is None:
        raise ModelNotReady("This run has not finished, so its time is not known yet.")
    offers.one(TREES)
    longer = f"-{budget(run)}"
    before = queueing.queued_before(TRAIN, _key(run.dataset_id, TREES, longer))
    queued = before or _queue_trees(run, longer)
    if queued is None:
        raise OptionsRefused(
            "The worker that grows trees has just left. Start one, then ask again."
        )
    return queued


def compared_fairly(run: Run, trees: Run) -> Fairness:
    """Tell whether boosted trees had about the time that a finished run took.

    Trees are tuned no longer than an hour and no shorter than half a minute; within these
    bounds, less than 0.8 of the other's time is not alike. Raises ModelNotReady when the run
    has not finished.
    """
    took, tuned = _took(run), float(trees.options.get("seconds", 0.0))
    if took is None:
        raise ModelNotReady("This run has not finished, so its time is not known yet.")
    needed = budget(run)
    if tuned < ENOUGH * needed:
        why = (
            f"The trees were tuned for {_said(tuned)}, the run took {_said(took)}: tune them "
            "as long before calling it better."
        )
        return Fairness(False, took, tuned, why)
    if needed < ENOUGH * tuned:
        why = (
            f"The trees were tuned for {_said(tuned)}, the run took {_said(took)}: the trees "
            "had more time."
        )
        return Fairness(False, took, tuned, why)
    return Fairness(True, took, tuned, f"Both had about {_said(took)}.")


def budget(run: Run) -> int:
    """Return for how many seconds trees are tuned beside a finished run: 30 to 3,600."""
    return min(max(round(_took(run) or 0.0), SHORTEST), LONGEST)


def of_dataset(dataset_id: int) -> list[Run]:
    """Return the automatic runs of a dataset, newest first; empty before the first launch."""
    with transaction(reading=True) as session:
        found = select_runs().where(RunRow.automatic.is_(True), RunRow.dataset_id == dataset_id)
        return [to_run(row) for row in session.execute(found.order_by(RunRow.id.desc()))]


def overall(dataset_id: int) -> dict[str, Any]:
    """Return {"optimism_gap": ..., "folds": ...} as the newest trees measured them.

    Empty while no boosted trees of the dataset have finished with them.
    """
    with transaction(reading=True) as session:
        finished = select(RunRow.metrics).where(
            RunRow.dataset_id == dataset_id,
            RunRow.family == TREES,
            RunRow.state == RunState.SUCCEEDED,
        )
        for metrics in session.scalars(finished.order_by(RunRow.id.desc())):
            if metrics.get("overall"):
                return dict(metrics["overall"])
    return {}


def _queue_trees(run: Run, key: str) -> int | None:
    return _queue(run.dataset_id, TREES, "Balanced", {"seconds": float(budget(run))}, key)


def _queue(
    dataset_id: int, family: str, preset: str, changed: dict[str, Any], key: str
) -> int | None:
    """Queue one baseline; None when it was queued before or no live worker offers it."""
    idem_key = _key(dataset_id, family, key)
    if queueing.queued_before(TRAIN, idem_key) is not None:
        return None
    try:
        offer = offers.one(family)
    except OptionsRefused:
        log.info("no worker offers the baseline %s; left for the next time", family)
        return None
    options = {**offer.presets[preset]["options"], **changed}
    wanted = Wanted(
        kind=TRAIN,
        name=run_names.name(offer, preset, options),
        dataset_id=dataset_id,
        family=family,
        preset=preset,
        options=options,
        slot=SLOT[family],
        automatic=True,
        need=offer.need,
    )
    return queueing.queue(wanted, idem_key)


def _key(dataset_id: int, family: str, key: str) -> str:
    return f"baseline-{dataset_id}-{family}{key}"


def _get(run_id: int) -> Run:
    with transaction(reading=True) as session:
        row = session.execute(select_runs().where(RunRow.id == run_id)).one_or_none()
    if row is None:
        raise RunNotFound(run_id)
    return to_run(row)


def _took(run: Run) -> float | None:
    """Return the seconds from the start of a finished run to its end; None of another."""
    if run.state is not RunState.SUCCEEDED or not run.started_at or not run.finished_at:
        return None
    return (run.finished_at - run.started_at).total_seconds()


def _has_frauds(dataset_id: int) -> bool:
    """Tell whether there is something a baseline could find: some datasets teach amounts only."""
    with transaction(reading=True) as session:
        return bool(session.scalar(select(Dataset.frauds).where(Dataset.id == dataset_id)))


def _has_amount(dataset_id: int) -> bool:
    with transaction(reading=True) as session:
        columns = session.scalar(select(Dataset.columns).where(Dataset.id == dataset_id))
    return bool(named(from_plain(columns or []), Role.AMOUNT))


def _said(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
