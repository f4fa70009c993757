"""Two machines that share a database, a broker and a store of files, and no disk."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from backend import (
    datasets,
    drafts,
    files,
    imports,
    jobs,
    offers,
    pieces,
    predictions,
    runs,
    store,
    turns,
)
from backend import scoring as by_hand
from backend.predictions import Filters
from backend.simulator import write_csv
from backend.states import RunState
from db import Piece, migrate, transaction
from settings import ROOT, environment
from tests import folders
from tests.backend.modelling import GROUP, ROWS, finished, launched
from tests.workers.acted import PACE, until

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
TRAINER = ["-m", "celery", "--quiet", "-A", "workers.queue", "worker", "--loglevel=warning"]
LEARN = {"size": "tiny", "networks": 1, "steps": 400}
LEASE = 10.0  # seconds: longer than a worker is held still here, as a rule


@pytest.fixture
def here(data_folder, postgres_database, valkey, bucket, change) -> Path:
    """The data folder of this machine, which shares all but its disk with others."""
    change(database_url=postgres_database, broker_url=valkey, **PACE)
    change(lease_seconds=LEASE, hang_seconds=60.0)
    migrate.upgrade()
    return data_folder


@pytest.fixture
def elsewhere(tmp_path) -> Path:
    """The data folder of the other machine."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


@contextmanager
def process(data: Path, *arguments: str) -> Iterator[subprocess.Popen]:
    """A process of the machine that a data folder belongs to; nothing of it is left."""
    surroundings = environment(TOUCHSTONE_DATA=str(data))
    started = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env=surroundings, start_new_session=True
    )
    try:
        yield started
    finally:
        end(started)


def end(started: subprocess.Popen) -> None:
    """Take the current from a machine's process: it and its pool end at once."""
    with suppress(ProcessLookupError):
        os.killpg(started.pid, signal.SIGKILL)
    started.wait()


def upload(folder: Path) -> int:
    path = folder / "sample.csv"
    write_csv(path, rows=4_000, seed=3)
    with path.open("rb") as file:
        return drafts.accept(imports.receive(file, path.name).id).id


def worker_of(scoring: int, number: int) -> str:
    with transaction(reading=True) as session:
        of = select(Piece.worker).where(Piece.run_id == scoring, Piece.number == number)
        return session.scalar(of)


def test_a_run_of_a_lost_machine_goes_on_here_from_its_checkpoint(
    here, elsewhere, tmp_path, change
):
    """A transformer learns over there until the current goes, then here, and answers here."""
    change(checkpoint_steps=20, trainer_threads=1)
    dataset = upload(tmp_path)
    with process(elsewhere, *TRAINER) as other:
        until(offers.live)
        run_id = runs.launch(dataset, "transaction", "Quick check", LEARN, "over there")
        until(lambda: (runs.get(run_id).checkpoint_step or 0) >= 20)
        end(other)
    assert (
        datasets.parquet_path(dataset).read_bytes()
        == next(elsewhere.glob("datasets/*/rows.parquet")).read_bytes()
    )
    with process(here, *TRAINER), process(here, "-m", "workers.reaper"):
        until(lambda: not runs.get(run_id).is_live)
    run = runs.get(run_id)
    assert (run.state, run.attempt) == (RunState.SUCCEEDED, 2), run.reason
    assert run.resumed_step >= 20
    learned = runs.loss_curve(run_id).query("part == 'train'")["step"]
    assert len(set(learned.diff().dropna())) == 1, "a point is missing, or there twice"
    assert predictions.count(run_id, Filters(part="all")) == run.scored_rows > 0
    assert 0 < by_hand.score(run_id, {}).score < 1
    there = elsewhere / files.run_folder(run_id, 2).relative_to(here)
    assert there.name and not there.exists()


def test_a_dataset_is_scored_over_both_and_read_on_either(here, elsewhere, change):
    model = finished()
    for path in (datasets.parquet_path(runs.get(model).dataset_id), files.run_folder(model, 1)):
        store.publish(path)  # as accepting it and training it do
    scoring = launched(model)
    with process(here, *TRAINER) as ours, process(here, "-m", "workers.reaper"):
        change(lease_seconds=600.0)  # of the piece that is held until the other machine is there
        first = pieces.claim(scoring, "nobody")
        change(lease_seconds=LEASE)
        until(lambda: pieces.progress(scoring).done == ROWS // GROUP - 1)
        known = {worker.name for worker in offers.workers()}
        os.killpg(ours.pid, signal.SIGSTOP)
        with process(elsewhere, *TRAINER):
            until(lambda: {worker.name for worker in offers.workers()} - known)
            pieces.give_back(first)
            jobs.send(jobs.PIECE, scoring, turns.BATCH)
            until(lambda: pieces.progress(scoring).is_done)
            os.killpg(ours.pid, signal.SIGCONT)
            until(lambda: not runs.get(scoring).is_live)
            until(lambda: not folders.matching(elsewhere, "runs/*/pieces/*/*.parquet"))
    assert worker_of(scoring, 0) not in ("nobody", worker_of(scoring, 1))
    run = runs.get(scoring)
    assert (run.state, run.scored_rows) == (RunState.SUCCEEDED, ROWS), run.reason
    assert predictions.count(model, Filters(part="all")) == ROWS
    change(data=elsewhere)
    page = predictions.page(model, Filters(part="all"))
    shown = predictions.with_details(model, page.frame)
    assert len(shown) == 50 and "shop" in shown
    assert 0 < by_hand.score(model, {}).score < 1
