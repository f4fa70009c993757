"""A scoring in pieces: each is done once, whoever is lost, and counted exactly."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backend import attempts, fleet, pieces, runs
from backend.pieces import ROWS, divided
from backend.states import RunState
from backend.steps.duck import GROUP as GROUP_ROWS
from backend.steps.duck import Table, open_duck
from tests.backend.launching import claimed, put

GROUPS, ROWS_OF_A_GROUP = 12, 30_000


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A Parquet file of 12 row groups, each too large to share a piece with another."""
    path = tmp_path / "rows.parquet"
    table = pa.table({"_row": pa.array(range(GROUPS * ROWS_OF_A_GROUP))})
    pq.write_table(table, path, row_group_size=ROWS_OF_A_GROUP)
    return path


@pytest.fixture
def run(each_house, dataset):
    """A claimed run whose dataset is divided. Pieces do not ask what kind it is."""
    attempt = claimed()
    assert pieces.divide(attempt.run_id, attempt.number, dataset)
    return attempt


def test_row_groups_are_joined_up_to_the_size_of_a_piece() -> None:
    small = ROWS // 4
    assert divided([small] * 6) == [(0, 4, 4 * small), (4, 2, 2 * small)]
    assert divided([small, ROWS, small, small]) == [
        (0, 1, small),
        (1, 1, ROWS),
        (2, 2, 2 * small),
    ]
    assert divided([3 * ROWS, 1]) == [(0, 1, 3 * ROWS), (1, 1, 1)]
    assert divided([]) == []


def test_a_dataset_is_written_in_row_groups_that_make_pieces(tmp_path) -> None:
    with open_duck(tmp_path) as connection:
        Table(connection, "range(120_000)").copy("*", tmp_path / "rows.parquet")
    about = pq.read_metadata(tmp_path / "rows.parquet")
    groups = [about.row_group(at).num_rows for at in range(about.num_row_groups)]
    assert [rows for *_, rows in divided(groups)] == [GROUP_ROWS, GROUP_ROWS, 120_000 % GROUP_ROWS]


def test_of_many_workers_each_piece_goes_to_exactly_one(run) -> None:
    with ThreadPoolExecutor(8) as workers:
        got = list(workers.map(lambda n: pieces.claim(run.run_id, f"w{n}"), range(3 * GROUPS)))
    taken = [piece.number for piece in got if piece is not None]
    assert sorted(taken) == list(range(GROUPS))
    assert pieces.progress(run.run_id).running == GROUPS


def test_what_is_done_adds_up_to_the_dataset(run) -> None:
    while piece := pieces.claim(run.run_id, "w"):
        assert pieces.finish(piece)
        assert not pieces.finish(piece)  # told twice, counted once
    told = pieces.progress(run.run_id)
    assert told.is_done and told.rows == told.rows_done == GROUPS * ROWS_OF_A_GROUP
    assert len(set(pieces.results(run.run_id))) == GROUPS


def test_a_piece_of_a_lost_worker_goes_to_another_and_the_lost_one_publishes_nothing(
    run, change
) -> None:
    change(lease_seconds=-1)
    lost = pieces.claim(run.run_id, "lost")
    assert pieces.waiting() == [run.run_id]
    change(lease_seconds=60)
    again = pieces.claim(run.run_id, "other")
    assert (again.number, again.attempt) == (lost.number, lost.attempt + 1)
    assert again.file != lost.file
    assert not pieces.renew(lost) and not pieces.finish(lost) and not pieces.give_back(lost)
    assert pieces.finish(again)
    assert pieces.results(run.run_id) == [again.file]


def test_a_piece_that_ends_its_workers_is_left_to_whoever_holds_the_run(run, change) -> None:
    change(crash_limit=2)
    for _ in range(2):
        piece = pieces.claim(run.run_id, "w")
        assert piece.number == 0
        pieces.give_back(piece, crashed=True)
    assert pieces.claim(run.run_id, "w").number == 1
    assert pieces.claim(run.run_id, "w", holds_run=True).number == 0


def test_a_piece_given_back_is_no_crash(run, change) -> None:
    change(crash_limit=1)
    pieces.give_back(pieces.claim(run.run_id, "w"))
    assert pieces.claim(run.run_id, "w").number == 0


def test_nobody_works_for_a_run_that_was_cancelled(run) -> None:
    piece = pieces.claim(run.run_id, "w")
    runs.cancel(run.run_id)
    assert not pieces.renew(piece)
    assert pieces.claim(run.run_id, "w") is None
    assert pieces.waiting() == []


def test_a_worker_that_is_drained_takes_no_piece_unless_it_holds_the_run(run) -> None:
    fleet.register("w", "2 processor cores", "cpu", 1)
    fleet.drain("w", True)
    assert pieces.claim(run.run_id, "w") is None
    assert pieces.claim(run.run_id, "w", holds_run=True) is not None


def test_pieces_go_on_while_the_run_waits_for_another_worker(run) -> None:
    piece = pieces.claim(run.run_id, "w")
    attempts.give_back(run.run_id, run.number)
    assert pieces.renew(piece) and pieces.finish(piece)
    assert pieces.claim(run.run_id, "w") is not None


def test_the_next_attempt_of_a_run_keeps_what_was_done(run, dataset) -> None:
    pieces.finish(pieces.claim(run.run_id, "w"))
    attempts.give_back(run.run_id, run.number)
    again = attempts.claim(run.run_id, "w2")
    assert not pieces.divide(run.run_id, run.number, dataset)  # the attempt before
    assert pieces.divide(run.run_id, again.number, dataset)
    told = pieces.progress(run.run_id)
    assert (told.pieces, told.done) == (GROUPS, 1)


def test_before_it_is_divided_there_is_nothing_to_do(each_house) -> None:
    attempt = claimed()
    assert pieces.claim(attempt.run_id, "w") is None
    assert pieces.progress(attempt.run_id) == pieces.Progress(0, 0, 0, 0, 0)
    assert pieces.results(attempt.run_id) == [] and pieces.waiting() == []


@pytest.mark.parametrize(
    ("state", "kept"),
    [
        (RunState.RUNNING, True),
        (RunState.QUARANTINED, True),
        (RunState.SUCCEEDED, False),
        (RunState.CANCELLED, False),
    ],
)
def test_pieces_of_a_run_that_ended_are_deleted_unless_it_is_set_aside(
    house, state: RunState, kept: bool
) -> None:
    run_id = claimed().run_id
    folder = pieces.folder_of(run_id)
    folder.mkdir(parents=True)
    (folder / "1.parquet").touch()
    put(run_id, state=state)
    pieces.tidy_all()
    assert folder.exists() is kept
