"""The whole way of a transaction without a browser: upload, fine-tune, watch, predict, score.

Everything is real: the file, the database, the training process, the exported model.
"""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backend import drafts, imports, offers, predictions, runs, scoring
from backend.attempts import claimable
from backend.dataset_view import Dataset
from backend.predictions import Filters
from backend.simulator import write_csv
from backend.states import RunState
from tests.real_data import real_data
from workers.announce import offered
from workers.tasks import work

SMALL_BERT = {"layers": 1, "epochs": 1, "negatives_per_fraud": 4, "max_length": 32}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("journey") / "sample.csv"
    write_csv(path, rows=20_000, seed=11)
    return path


def upload(path: Path) -> Dataset:
    with path.open("rb") as file:
        draft = imports.receive(file, path.name)
    return drafts.accept(draft.id)


def train(dataset_id: int, family: str, options: dict[str, object]) -> runs.Run:
    offers.publish("worker-1", "2 processor cores", offered())
    run_id = runs.launch(dataset_id, family, "Quick check", options, idem_key=family)
    assert claimable("worker-1") == [run_id]
    work(run_id)
    return runs.get(run_id)


@pytest.mark.slow
@pytest.mark.parametrize(("family", "options"), [("logistic", {}), ("bert", SMALL_BERT)])
def test_from_a_file_to_a_score(house, sample, family, options) -> None:
    dataset = upload(sample)
    assert dataset.is_ready and dataset.rows == 20_000 and dataset.clock == "date"

    run = train(dataset.id, family, options)
    assert run.state is RunState.SUCCEEDED, run.reason
    assert run.metrics["parity"] <= 1e-3
    assert run.test_reads == 1 and run.split["method"] == "time"

    curve = runs.loss_curve(run.id)
    assert set(curve["part"]) == {"train", "validation"}
    assert curve.loc[curve["part"] == "validation", "ap"].notna().all()

    _every_test_and_validation_row_has_a_score(run)
    _the_pages_hold_each_row_once_in_falling_order(run)
    _a_row_scored_by_hand_scores_as_it_did_in_bulk(run)
    _the_export_opens_as_a_table(run)

    work(runs.launch_scoring(run.id, "all"))
    assert runs.scoring_of(run.id).state is RunState.SUCCEEDED
    assert predictions.count(run.id, Filters(part="all")) == dataset.rows


def _every_test_and_validation_row_has_a_score(run: runs.Run) -> None:
    for part in ("validation", "test"):
        totals = predictions.totals(run.id, Filters(part=part))
        assert totals.rows == run.split["rows"][part]
        assert totals.frauds == run.split["frauds"][part] == run.metrics[part]["frauds"]
    assert run.scored_rows == run.split["rows"]["validation"] + run.split["rows"]["test"]


def _the_pages_hold_each_row_once_in_falling_order(run: runs.Run) -> None:
    found, cursor = [], None
    while True:
        page = predictions.page(run.id, Filters(), cursor, size=100)
        found.append(page.frame)
        if page.after is None:
            break
        cursor = page.after
    rows = pd.concat(found)
    assert rows["row"].is_unique and len(rows) == run.split["rows"]["test"]
    assert (np.diff(rows["score"]) <= 0).all()
    back = predictions.page(run.id, Filters(), page.before, size=100)
    pd.testing.assert_frame_equal(back.frame, found[-2])


def _a_row_scored_by_hand_scores_as_it_did_in_bulk(run: runs.Run) -> None:
    frame = predictions.page(run.id, Filters(), size=3).frame
    for row, score in zip(frame["row"], frame["score"], strict=True):
        by_hand = scoring.score(run.id, scoring.from_row(run.id, int(row)))
        assert by_hand.score == pytest.approx(score, abs=1e-5)


def _the_export_opens_as_a_table(run: runs.Run) -> None:
    table = pd.read_csv(io.BytesIO(b"".join(predictions.export_csv(run.id, Filters()))))
    assert len(table) == run.split["rows"]["test"]
    assert {"row", "part", "score", "label", "amount", "time", "category"} <= set(table.columns)
    assert (
        not table.astype(str)
        .apply(lambda column: column.str.fullmatch(r"\d{13,19}"))
        .any(axis=None)
    )


@pytest.mark.slow
def test_real_card_transactions_go_the_whole_way(house) -> None:
    dataset = upload(real_data("sparkov_dev.csv"))
    assert (dataset.rows, dataset.dialect) == (179_780, "sparkov")
    run = train(dataset.id, "logistic", {})
    assert run.state is RunState.SUCCEEDED, run.reason
    assert run.metrics["test"]["frauds"] > 100
    assert run.metrics["test"]["lift"] > 10
    _every_test_and_validation_row_has_a_score(run)


@pytest.mark.slow
def test_a_file_whose_last_part_holds_no_fraud_is_judged_with_a_sentence(house) -> None:
    dataset = upload(real_data("tabformer_user0.csv"))
    run = train(dataset.id, "logistic", {})
    assert run.state is RunState.SUCCEEDED, run.reason
    assert run.metrics["test"]["ap"] is None and "nothing to find" in run.metrics["test"]["note"]
