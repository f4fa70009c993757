"""Runs as analysts know them: launch one, follow it, stop it."""

import hashlib
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend import jobs, offers
from backend.errors import ModelNotReady, NotTrainable, OptionsRefused, RunNotFound
from backend.points import loss_curve as loss_curve
from backend.run_view import Run, select_runs, to_run
from backend.states import RunState
from backend.steps.notes import FEWEST_FRAUDS
from db import Dataset, Doorbell, now, transaction
from db import Run as RunRow

SLOTS = 6  # colours and dashes there are; a run keeps its own for life
TRAIN, SCORE = "train", "score"


def launch(
    dataset_id: int, family: str, preset: str, options: dict[str, Any] | None, idem_key: str
) -> int:
    """Queue one training and return its number; the same `idem_key` gives the same run.

    `options` override the preset's. Raises DatasetNotFound; NotTrainable when the dataset
    is a draft or holds too few frauds; OptionsRefused when no live worker offers the family
    or the family has no such preset.
    """
    offer = offers.one(family)
    if preset not in offer.presets:
        raise OptionsRefused(f"{offer.title} has no preset {preset!r}. Choose one of those shown.")
    with transaction() as session:
        dataset = session.get(Dataset, dataset_id)
        _check_trainable(dataset)
        assert dataset is not None
        chosen = {**offer.presets[preset]["options"], **(options or {})}
        run = RunRow(
            kind=TRAIN,
            name=_name(offer.title, preset, offer.presets[preset]["options"], chosen),
            dataset_id=dataset_id,
            family=family,
            preset=preset,
            options=chosen,
            slot=_next_slot(session),
        )
    return _queue(run, idem_key)


def launch_scoring(run_id: int, idem_key: str) -> int:
    """Queue the scoring of a run's whole dataset and return the number of that job.

    Raises RunNotFound; ModelNotReady when the run has no finished model.
    """
    source = get(run_id)
    if source.state != RunState.SUCCEEDED or source.kind != TRAIN:
        raise ModelNotReady("This run has no finished model, so it cannot score. Choose another.")
    run = RunRow(
        kind=SCORE,
        name=f"Every transaction of {source.dataset_name}",
        dataset_id=source.dataset_id,
        of_run_id=run_id,
        family=source.family,
        preset=source.preset,
        options={},
        slot=source.slot,
    )
    return _queue(run, idem_key)


def get(run_id: int) -> Run:
    """Return one run. Raises RunNotFound when no run has this number."""
    with transaction(reading=True) as session:
        row = session.execute(select_runs().where(RunRow.id == run_id)).one_or_none()
    if row is None:
        raise RunNotFound(run_id)
    return to_run(row)


def list_all(kind: str = TRAIN, at_most: int = 200) -> list[Run]:
    """Return the newest runs of one kind, newest first; empty before the first launch."""
    with transaction(reading=True) as session:
        found = select_runs().where(RunRow.kind == kind).order_by(RunRow.id.desc()).limit(at_most)
        return [to_run(row) for row in session.execute(found)]


def scoring_of(run_id: int) -> Run | None:
    """Return the newest scoring of a run's whole dataset, or None when there was none."""
    with transaction(reading=True) as session:
        found = select_runs().where(RunRow.kind == SCORE, RunRow.of_run_id == run_id)
        row = session.execute(found.order_by(RunRow.id.desc()).limit(1)).one_or_none()
    return None if row is None else to_run(row)


def waiting_before(run_id: int) -> int:
    """Return how many queued runs stand before this one."""
    with transaction(reading=True) as session:
        ahead = select(func.count()).where(RunRow.state == RunState.QUEUED, RunRow.id < run_id)
        return session.execute(ahead).scalar_one()


def estimate(dataset_id: int, family: str, preset: str) -> tuple[float, float] | None:
    """Return the shortest and longest likely duration in seconds, or None with no past run.

    From the last five finished runs of this family and preset on this installation, the
    part that grows with the rows scaled to this dataset, and a fifth of margin either way.
    """
    with transaction(reading=True) as session:
        rows = session.execute(select(Dataset.rows).where(Dataset.id == dataset_id)).scalar()
        past = session.execute(
            select(RunRow.started_at, RunRow.finished_at, Dataset.rows)
            .join(Dataset, Dataset.id == RunRow.dataset_id)
            .where(RunRow.family == family, RunRow.preset == preset, RunRow.kind == TRAIN)
            .where(RunRow.state == RunState.SUCCEEDED)
            .order_by(RunRow.id.desc())
            .limit(5)
        ).all()
    if not past or not rows:
        return None
    scaled = [
        (finished - started).total_seconds() * rows / max(past_rows, 1)
        for started, finished, past_rows in past
        if started and finished
    ]
    return 0.8 * min(scaled), 1.2 * max(scaled)


def cancel(run_id: int) -> None:
    """End a run: at once when it waits, at its worker's next heartbeat when it runs.

    Raises RunNotFound. A run that has ended is left as it is.
    """
    with transaction() as session:
        if session.get(RunRow, run_id) is None:
            raise RunNotFound(run_id)
        waiting = update(RunRow).where(RunRow.id == run_id, RunRow.state == RunState.QUEUED)
        session.execute(
            waiting.values(state=RunState.CANCELLED, stop="cancel", finished_at=now(session))
        )
        running = update(RunRow).where(RunRow.id == run_id, RunRow.state == RunState.RUNNING)
        session.execute(running.values(stop="cancel"))


def stop_and_keep_best(run_id: int) -> None:
    """Ask a running training to stop learning, keep its best weights and score with them."""
    with transaction() as session:
        running = update(RunRow).where(RunRow.id == run_id, RunRow.state == RunState.RUNNING)
        session.execute(running.where(RunRow.stop == "").values(stop="keep_best"))


def _check_trainable(dataset: Dataset | None) -> None:
    if dataset is None or dataset.state != "ready":
        raise NotTrainable("Accept how the columns were understood first, then train on them.")
    labelled = dataset.rows - dataset.unlabelled
    if labelled == 0:
        raise NotTrainable("No transaction has a label, so there is nothing to learn from.")
    if dataset.frauds < FEWEST_FRAUDS or dataset.frauds == labelled:
        raise NotTrainable(
            f"{dataset.name} holds {dataset.frauds:,} frauds among {labelled:,} labelled rows. "
            f"A model needs at least {FEWEST_FRAUDS} frauds and some legitimate rows."
        )


def _name(title: str, preset: str, usual: dict[str, Any], chosen: dict[str, Any]) -> str:
    changed = [f"{key} {value}" for key, value in chosen.items() if usual.get(key) != value]
    return ", ".join([f"{title}, {preset.lower()}", *changed]).replace("_", " ")[:200]


def _next_slot(session: Session) -> int:
    return session.execute(select(func.count()).where(RunRow.kind == TRAIN)).scalar_one() % SLOTS


def _queue(run: RunRow, idem_key: str) -> int:
    key = hashlib.sha256(f"{run.kind}:{idem_key}".encode()).hexdigest()
    try:
        run_id = _insert(run, key)
    except IntegrityError:  # a second click, or a second tab, was faster
        with transaction(reading=True) as session:
            found = select(RunRow.id).where(RunRow.idem_key == key)
            return session.execute(found).scalar_one()
    jobs.ring(run_id)
    return run_id


def _insert(run: RunRow, key: str) -> int:
    with transaction() as session:
        run.idem_key, run.state, run.created_at = key, RunState.QUEUED, now(session)
        session.add(run)
        session.flush()
        session.add(Doorbell(run_id=run.id, created_at=run.created_at))
        return run.id
