"""What a run needs is fetched, what it leaves is published; a store that is away loses nothing."""

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from backend import attempts, datasets, files, pasts, store
from backend.attempts import Attempt
from backend.checkpoints import Checkpoint
from backend.errors import FileGone
from backend.steps.features import Plan
from db import Checkpoint as Row
from db import transaction
from settings import settings
from tests.backend.launching import launch
from tests.backend.modelling import finished
from tests.servers import free_port
from tests.workers.learning import COLUMNS, simulated
from workers import exchange

MANIFEST = "0" * 64


@pytest.fixture
def attempt(house) -> Attempt:
    found = attempts.claim(launch(), "worker-1")
    assert found is not None
    return found


@pytest.fixture
def elsewhere(tmp_path, change):
    """Return a function that makes another machine the one in use, with the same database."""

    def go() -> Path:
        change(database_url=settings.database)
        change(data=tmp_path / "elsewhere")
        return settings.data

    return go


def keep(attempt: Attempt, step: int) -> Path:
    """Write a checkpoint, as a training does."""
    folder = files.checkpoint(files.run_folder(attempt.run_id, attempt.number), step)
    folder.mkdir(parents=True)
    (folder / "state.json").write_text(str(step))
    return folder


def recorded(attempt: Attempt) -> list[int]:
    with transaction(reading=True) as session:
        return list(
            session.scalars(select(Row.step).where(Row.run_id == attempt.run_id).order_by(Row.step))
        )


def published(bucket) -> set[str]:
    found = bucket.list_objects_v2(Bucket="bank").get("Contents", [])
    return {each["Key"].split("/")[5] for each in found if "checkpoints" in each["Key"]}


def test_only_the_checkpoints_that_an_attempt_keeps_stay_in_the_store(attempt, bucket) -> None:
    hold = attempt.run_id, attempt.number
    for step in (10, 20, 30):
        keep(attempt, step)
        if step > 20:
            files.remove(files.checkpoint(files.run_folder(*hold), step - 20))
        assert exchange.record_checkpoint(*hold, step, MANIFEST)
    names = {"000000020", "000000030"}
    assert published(bucket) == names | {f"{name}.published.json" for name in names}
    assert recorded(attempt) == [20, 30]


def test_a_checkpoint_counts_here_though_the_store_is_away(attempt, bucket, change, monkeypatch):
    monkeypatch.setattr("backend.addresses.RETRY", {"max_retries": 0})
    change(s3_endpoint=f"http://127.0.0.1:{free_port()}")
    keep(attempt, 10)
    assert exchange.record_checkpoint(attempt.run_id, attempt.number, 10, MANIFEST)
    assert recorded(attempt) == [10]


def test_a_checkpoint_that_others_followed_already_is_no_error(attempt, bucket) -> None:
    keep(attempt, 20)
    assert exchange.record_checkpoint(attempt.run_id, attempt.number, 10, MANIFEST)
    assert published(bucket) == set()


def test_of_checkpoints_the_damaged_and_the_gone_are_passed_over(house, bucket, elsewhere) -> None:
    attempt = attempts.look(finished())
    store.publish(datasets.parquet_path(attempt.dataset_id))
    for step in (10, 20):
        store.publish(keep(attempt, step))
    bucket.put_object(
        Bucket="bank", Key="team/runs/1/1/checkpoints/000000020/state.json", Body=b"other"
    )
    mine = (attempt.run_id, attempt.number)
    kept = tuple(Checkpoint(*mine, step, MANIFEST) for step in (30, 20, 10))
    elsewhere()
    exchange.fetch(replace(attempt, resume=kept), threading.Event())
    there = files.run_folder(attempt.run_id, attempt.number) / files.CHECKPOINTS
    assert [folder.name for folder in there.iterdir()] == ["000000010"]


def test_a_finished_run_is_published_with_the_past_that_it_reads(house, bucket, elsewhere) -> None:
    model = finished()
    attempt = attempts.look(model)
    folder, dataset = files.run_folder(model, 1), datasets.parquet_path(attempt.dataset_id)
    store.publish(dataset)
    plan = Plan.fit(simulated(100), COLUMNS, 0.0)
    (folder / "reader.json").write_text(json.dumps({"past": plan.to_plain()}))
    past = pasts.prepared(plan, dataset, house)
    assert pasts.of_model(folder, dataset) == past
    pasts.link(folder, past)
    store.publish(keep(attempt, 10))
    exchange.publish(attempt, threading.Event())
    assert published(bucket) == set()

    there = elsewhere()
    scoring = replace(attempt, model=str(folder.relative_to(house)))
    exchange.fetch(scoring, threading.Event())
    assert pasts.linked(there / folder.relative_to(house)) == there / past.relative_to(house)
    files.verify(there / past.relative_to(house))


def test_a_model_that_is_gone_is_told(house, bucket, elsewhere) -> None:
    attempt = attempts.look(finished())
    store.publish(datasets.parquet_path(attempt.dataset_id))
    elsewhere()
    with pytest.raises(FileGone):
        exchange.fetch(replace(attempt, model="runs/1/1"), threading.Event())
