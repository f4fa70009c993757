"""A dataset is scored in pieces, over workers that come, help and are lost; each row once."""

import os
import signal
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select

from backend import files, pieces, predictions, rescue, runs
from backend.predictions import Filters
from backend.scorer import open_scorer
from backend.states import RunState
from db import Piece, Prediction, transaction
from tests.backend.launching import fall_silent
from tests.backend.modelling import GROUP, ROWS, finished, launched
from tests.workers.acted import PACE, ended, hold_still, trainings, until, worker
from tests.workers.learning import simulated
from workers import tasks
from workers.child import Child
from workers.pieces import lend_a_hand

pytestmark = pytest.mark.slow
PIECES = ROWS // GROUP


@pytest.fixture
def model(house: Path, change) -> int:
    """A finished run of a house that does in seconds what it does in minutes."""
    change(**{**PACE, "hang_seconds": 60.0})
    return finished()


@pytest.fixture
def scoring(model) -> int:
    return launched(model)


def attempts_of(scoring: int) -> list[int]:
    with transaction(reading=True) as session:
        found = select(Piece.attempt).where(Piece.run_id == scoring).order_by(Piece.number)
        return list(session.scalars(found))


def all_have_a_score(model: int) -> None:
    """Each row has the score that the model gives it alone, and none has two."""
    with transaction(reading=True) as session:
        mine = select(Prediction.row, Prediction.score).where(Prediction.run_id == model)
        stored = pd.DataFrame(session.execute(mine).all(), columns=["row", "score"])
    assert sorted(stored["row"]) == list(range(ROWS))
    alone = open_scorer(files.run_folder(model, 1)).score(simulated(ROWS))
    assert np.allclose(stored.sort_values("row")["score"], alone, atol=1e-6)
    assert predictions.count(model, Filters(part="all")) == ROWS


def done(scoring: int) -> runs.Run:
    """Let a worker do what is left, and return the scoring."""
    with worker(acts=False) as process:
        ended(process)
    run = runs.get(scoring)
    assert run.state is RunState.SUCCEEDED, run.reason
    assert not pieces.folder_of(scoring).exists()
    return run


def test_one_worker_alone_scores_every_piece(model, scoring) -> None:
    run = done(scoring)
    assert (run.scored_rows, run.steps_total) == (ROWS, ROWS)
    assert attempts_of(scoring) == [1] * PIECES
    assert "Scoring 600 transactions" in [stage.name for stage in run.stages]
    all_have_a_score(model)
    done(launched(model, "again"))  # what is stored stays as it is
    all_have_a_score(model)


def test_a_piece_whose_worker_is_lost_is_done_by_another(model, scoring) -> None:
    lost = pieces.claim(scoring, "lost", holds_run=True)  # before anybody holds the run
    done(scoring)
    assert not pieces.finish(lost)
    assert attempts_of(scoring) == [2] + [1] * (PIECES - 1)
    all_have_a_score(model)


def test_what_was_done_stays_done_when_the_worker_that_holds_the_run_is_killed(
    model, scoring, change
) -> None:
    change(lease_seconds=60)
    kept = pieces.claim(scoring, "helper")  # so that there is something to wait for
    with worker(acts=False) as process:
        until(lambda: pieces.progress(scoring).done == PIECES - 1)
        process.kill()
    until(lambda: trainings() == [])
    fall_silent(scoring)
    assert rescue.take_back() == [scoring]
    assert pieces.give_back(kept)
    assert done(scoring).attempt == 2
    assert attempts_of(scoring) == [2] + [1] * (PIECES - 1)
    all_have_a_score(model)


def test_a_cancelled_scoring_stops_everywhere_for_good(model, scoring, change) -> None:
    change(lease_seconds=60)
    held = pieces.claim(scoring, "helper")
    with worker(acts=False) as process:
        until(lambda: pieces.progress(scoring).done == PIECES - 1)
        runs.cancel(scoring)
        ended(process)
    assert runs.get(scoring).state is RunState.CANCELLED
    assert not pieces.renew(held) and pieces.claim(scoring, "helper") is None
    assert not pieces.folder_of(scoring).exists()
    assert predictions.count(model, Filters(part="all")) == 0


def test_a_worker_told_to_leave_gives_run_and_piece_back(model, scoring, change) -> None:
    change(lease_seconds=60)
    held = pieces.claim(scoring, "helper")
    with worker(acts=False) as process:
        until(lambda: pieces.progress(scoring).done == PIECES - 1)
        process.terminate()
        ended(process)
    assert runs.get(scoring).state is RunState.QUEUED
    assert pieces.give_back(held)
    assert done(scoring).crashes == 0
    all_have_a_score(model)


def test_a_helper_does_what_is_free_and_leaves(model, scoring, change) -> None:
    change(lease_seconds=60)
    held = pieces.claim(scoring, "other")
    with worker(acts=False) as process:
        until(lambda: runs.get(scoring).state is RunState.RUNNING)
        hold_still(process.pid)
        lend_a_hand(scoring, "helper", threading.Event())
        os.kill(process.pid, signal.SIGCONT)
        told = pieces.progress(scoring)
        assert told.done + told.running == PIECES
        pieces.give_back(held)
        ended(process)
    assert runs.get(scoring).state is RunState.SUCCEEDED
    all_have_a_score(model)


def test_a_helper_lets_a_run_that_waits_go_first(model, scoring) -> None:
    lend_a_hand(scoring, "helper", threading.Event())  # the scoring itself waits for a worker
    assert pieces.progress(scoring).done == 0
    assert tasks.take("helper", threading.Event()) is tasks.Took.RUN
    all_have_a_score(model)


def test_a_helper_that_wakes_up_after_the_end_leaves_no_file(model, scoring, monkeypatch) -> None:
    ask = Child.ask
    with worker(acts=False) as process:
        until(lambda: runs.get(scoring).state is RunState.RUNNING)
        hold_still(process.pid)

        def ask_late(child: Child, what: dict) -> None:
            if runs.get(scoring).is_live:  # the piece is held until its lease runs out
                os.kill(process.pid, signal.SIGCONT)
                until(lambda: not runs.get(scoring).is_live)
            ask(child, what)

        monkeypatch.setattr(Child, "ask", ask_late)
        lend_a_hand(scoring, "helper", threading.Event())
        ended(process)
    assert runs.get(scoring).state is RunState.SUCCEEDED
    assert not pieces.folder_of(scoring).exists()
    all_have_a_score(model)


def test_of_a_file_that_goes_nothing_is_counted(model, scoring, change) -> None:
    """The run ends with a sentence where a piece's scores are gone before they are stored."""
    change(lease_seconds=60)
    held = pieces.claim(scoring, "helper")
    with worker(acts=False) as process:
        until(lambda: pieces.progress(scoring).done == PIECES - 1)
        files.remove(pieces.folder_of(scoring) / "3")
        pieces.give_back(held)
        ended(process)
    assert runs.get(scoring).state is RunState.FAILED
    assert predictions.count(model, Filters(part="all")) < ROWS
