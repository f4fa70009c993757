"""What was made before machines shared a store is in it afterwards."""

import pytest

from backend import attempts, datasets, files, runs, stock, store
from backend.errors import FileGone
from tests.backend.launching import launch
from tests.backend.modelling import finished


def test_an_empty_house_has_nothing_to_share(house, bucket) -> None:
    assert stock.publish() == 0
    assert "Contents" not in bucket.list_objects_v2(Bucket="bank")


def test_datasets_models_and_checkpoints_of_before_are_found_elsewhere(
    house, bucket, change, tmp_path
) -> None:
    model = finished()
    dataset = datasets.parquet_path(runs.get(model).dataset_id)
    attempt = attempts.claim(launch("second"), "worker-1")
    assert attempt is not None
    hold = (attempt.run_id, attempt.number)
    checkpoint = files.checkpoint(files.run_folder(*hold), 30)
    checkpoint.mkdir(parents=True)
    (checkpoint / "state.json").write_text("{}")
    attempts.record_checkpoint(*hold, 30, "0" * 64)
    shared = [dataset, files.run_folder(model, 1), checkpoint]
    assert stock.publish() == stock.publish() == len(shared)
    names = [path.relative_to(house) for path in shared]
    change(database_url=f"sqlite:///{house / 'touchstone.db'}", data=tmp_path / "elsewhere")
    for name in names:
        assert store.fetched(tmp_path / "elsewhere" / name).exists()
    with pytest.raises(FileGone):
        store.fetched(tmp_path / "elsewhere" / "runs" / "99")
