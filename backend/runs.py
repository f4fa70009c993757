"""Runs as analysts know them: launch one, follow it, stop it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import case, delete, select, update

from backend import baselines, offers, queueing, run_names, starts
from backend.errors import ModelNotReady, NotTrainable, OptionsRefused, RunNotFound
from backend.places import move as move
from backend.places import prioritise as prioritise
from backend.places import queued as queued
from backend.places import waiting_before as waiting_before
from backend.points import loss_curve as loss_curve
from backend.queueing import SCORE, TRAIN, Wanted
from backend.run_view import UNTAUGHT, Run, select_runs, to_run
from backend.states import CANCEL, KEEP_BEST, LIVE, RunState
from backend.steps.columns import Role, from_plain
from backend.steps.notes import FEWEST_FRAUDS
from backend.turns import BATCH
from db import Dataset, Doorbell, now, transaction
from db import Run as RunRow


def launch(
    dataset_id: int,
    family: str,
    preset: str,
    options: dict[str, Any] | None,
    idem_key: str,
    continues: int | None = None,
) -> int:
    """Queue one training and return its number; the same `idem_key` gives the same run.

    `options` override the preset's. It goes on from the newest checkpoint of the run that it
    `continues`, which learned the same with the same options. Raises DatasetNotFound;
    NotTrainable when the dataset is a draft, holds too few frauds or lacks the column to learn;
    OptionsRefused when no live worker offers the family or the family has no such preset, or
    when the run it is to start from is not there or not finished. The cheap baselines of the
    dataset are queued behind the run, unless they were before; see `baselines`. Pre-training
    needs no label and no baseline.
    """
    offer = offers.one(family)
    if preset not in offer.presets:
        raise OptionsRefused(f"{offer.title} has no preset {preset!r}. Choose one of those shown.")
    chosen = {**offer.presets[preset]["options"], **(options or {})}
    learn = UNTAUGHT if family == UNTAUGHT else chosen.get("learn", "fraud")
    _check_trainable(dataset_id, learn)
    starts.check(chosen)
    name = run_names.name(offer, preset, chosen)
    wanted = Wanted(
        kind=TRAIN,
        name=name,
        dataset_id=dataset_id,
        family=family,
        preset=preset,
        options=chosen,
        need=offer.need,
        devices=int(chosen.get("devices", 1)),
        continues=continues,
    )
    run_id = queueing.queue(wanted, idem_key)
    if family != UNTAUGHT:
        baselines.queue_first(dataset_id, beside=family)
    return run_id


def launch_scoring(run_id: int, idem_key: str) -> int:
    """Queue the scoring of a run's whole dataset and return the number of that job.

    Raises RunNotFound; ModelNotReady when the run has no finished model.
    """
    source = get(run_id)
    if not source.is_judged or source.kind != TRAIN:
        raise ModelNotReady("This run has no finished model, so it cannot score. Choose another.")
    name = f"Every transaction of {source.dataset_name}"
    wanted = Wanted(
        kind=SCORE,
        name=name,
        dataset_id=source.dataset_id,
        family=source.family,
        preset=source.preset,
        options={},
        of_run_id=run_id,
        slot=source.slot,
        need=BATCH,
    )
    return queueing.queue(wanted, idem_key)


def get(run_id: int) -> Run:
    """Return one run. Raises RunNotFound when no run has this number."""
    with transaction(reading=True) as session:
        row = session.execute(select_runs().where(RunRow.id == run_id)).one_or_none()
    if row is None:
        raise RunNotFound(run_id)
    return to_run(row)


def list_all(kind: str = TRAIN, at_most: int = 200, automatic: bool | None = None) -> list[Run]:
    """Return the newest runs of one kind, newest first; empty before the first launch.

    With `automatic` False only those that people launched, with True only baselines.
    """
    with transaction(reading=True) as session:
        found = select_runs().where(RunRow.kind == kind)
        if automatic is not None:
            found = found.where(RunRow.automatic.is_(automatic))
        newest = found.order_by(RunRow.id.desc()).limit(at_most)
        return [to_run(row) for row in session.execute(newest)]


def scoring_of(run_id: int) -> Run | None:
    """Return the newest scoring of a run's whole dataset, or None when there was none."""
    with transaction(reading=True) as session:
        found = select_runs().where(RunRow.kind == SCORE, RunRow.of_run_id == run_id)
        row = session.execute(found.order_by(RunRow.id.desc()).limit(1)).one_or_none()
    return None if row is None else to_run(row)


def estimate(dataset_id: int, family: str, preset: str) -> tuple[float, float] | None:
    """Return the shortest and longest likely duration in seconds, or None with no past run.

    From the last five finished runs of this family and preset on this installation, what
    grows with the rows scaled to this dataset, and a fifth of margin either way. Baselines do
    not count: their time was chosen otherwise.
    """
    with transaction(reading=True) as session:
        rows = session.execute(select(Dataset.rows).where(Dataset.id == dataset_id)).scalar()
        past = session.execute(
            select(RunRow.started_at, RunRow.finished_at, RunRow.options, Dataset.rows)
            .join(Dataset, Dataset.id == RunRow.dataset_id)
            .where(RunRow.family == family, RunRow.preset == preset, RunRow.kind == TRAIN)
            .where(RunRow.state == RunState.SUCCEEDED, RunRow.automatic.is_(False))
            .order_by(RunRow.id.desc())
            .limit(5)
        ).all()
    if not past or not rows:
        return None
    scaled = [
        _scaled(finished - started, chosen.get("seconds", 0.0), rows / max(past_rows, 1))
        for started, finished, chosen, past_rows in past
        if started and finished
    ]
    return 0.8 * min(scaled), 1.2 * max(scaled)


def _scaled(took: timedelta, chosen: float, times: float) -> float:
    """Return seconds: what a run took, scaled but for the time that was chosen to tune it."""
    seconds = took.total_seconds()
    tuning = min(chosen, seconds)
    return tuning + (seconds - tuning) * times


def cancel(run_id: int) -> None:
    """End a run: at once when it waits, at its worker's next heartbeat when it runs.

    It never starts again, whatever becomes of its worker. Raises RunNotFound. A run that has
    ended is left as it is.
    """
    waits = RunRow.state.in_((RunState.QUEUED, RunState.PAUSED_DISK))
    with transaction() as session:
        if session.get(RunRow, run_id) is None:
            raise RunNotFound(run_id)
        # One statement for both, so that a run changing hands meanwhile cannot slip through.
        live = update(RunRow).where(RunRow.id == run_id, RunRow.state.in_(LIVE))
        asked = live.values(
            stop=CANCEL,
            state=case((waits, RunState.CANCELLED), else_=RunRow.state),
            finished_at=case((waits, now(session)), else_=RunRow.finished_at),
        )
        if session.scalar(asked.returning(RunRow.state)) == RunState.CANCELLED:
            session.execute(delete(Doorbell).where(Doorbell.run_id == run_id))


def stop_and_keep_best(run_id: int) -> None:
    """Ask a running training to stop learning, keep its best weights and score with them."""
    with transaction() as session:
        running = update(RunRow).where(RunRow.id == run_id, RunRow.state == RunState.RUNNING)
        session.execute(running.where(RunRow.stop == "").values(stop=KEEP_BEST))


def _check_trainable(dataset_id: int, learn: str) -> None:
    with transaction(reading=True) as session:
        dataset = session.get(Dataset, dataset_id)
        if dataset is None or dataset.state != "ready":
            raise NotTrainable("Accept how the columns were understood first, then train on them.")
        name, frauds = dataset.name, dataset.frauds
        labelled = dataset.rows - dataset.unlabelled
        roles = {column.role for column in from_plain(dataset.columns)}
    if learn == UNTAUGHT or (learn == "amount" and Role.TARGET in roles):
        return
    if learn == "kind" and Role.KIND not in roles:
        raise NotTrainable(
            f"No column of {name} says of which kind a fraud is, so kinds cannot be learned. "
            "Learn fraud, or bring the file again and say in the clinic which column does."
        )
    if labelled == 0:
        instead = " Choose an amount under “What to learn”." if Role.TARGET in roles else ""
        raise NotTrainable(
            f"No transaction has a label, so there is nothing to learn from.{instead}"
        )
    if frauds < FEWEST_FRAUDS or frauds == labelled:
        raise NotTrainable(
            f"{name} holds {frauds:,} frauds among {labelled:,} labelled rows. "
            f"A model needs at least {FEWEST_FRAUDS} frauds and some legitimate rows."
        )
