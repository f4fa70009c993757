"""What one machine published another finds, whole and as it was, or is told that it is gone."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backend import store
from backend.errors import FileDamaged, FileGone, StoreAway
from settings import settings
from tests.servers import free_port


@pytest.fixture
def machines(tmp_path, change):
    """Return a function that makes a machine the one in use and gives its data folder."""

    def use(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        change(data=folder)
        return folder

    return use


def written(folder: Path) -> Path:
    """Write a folder with a large file and a folder inside, and return it."""
    (folder / "events").mkdir(parents=True)
    (folder / "model.onnx").write_bytes(bytes(range(256)) * 40_000)
    (folder / "events" / "empty.bin").touch()
    (folder / "manifest.json").write_text("{}")
    return folder


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def keys(client) -> list[str]:
    return [each["Key"] for each in client.list_objects_v2(Bucket="bank").get("Contents", [])]


def test_a_folder_published_on_one_machine_is_the_same_on_another(bucket, machines) -> None:
    first = written(machines("a") / "runs" / "1" / "2")
    store.publish(first)
    found = store.fetched(machines("b") / "runs" / "1" / "2")
    assert content(found) == content(first)
    assert [each.name for each in found.parent.iterdir()] == ["2"]  # no draft is left


def test_a_file_too_and_only_the_one_that_was_asked_for(bucket, machines) -> None:
    for name in ("rows.parquet", "quarantine.parquet"):
        path = machines("a") / "datasets" / "x" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        store.publish(path)
    found = store.fetched(machines("b") / "datasets" / "x" / "rows.parquet")
    assert content(found.parent) == {"rows.parquet": b"rows.parquet"}


def test_what_lies_here_is_not_asked_for(change, machines) -> None:
    change(store_url="s3://bank/team", s3_endpoint=f"http://127.0.0.1:{free_port()}")
    path = machines("a") / "rows.parquet"
    path.write_text("mine")
    assert store.fetched(path).read_text() == "mine"


def test_what_was_published_stays_unless_it_changed(bucket, machines) -> None:
    path = machines("a") / "rows.parquet"
    path.write_text("first")
    store.publish(path)
    path.write_text("second")
    store.publish(path)
    assert store.fetched(machines("b") / "rows.parquet").read_text() == "first"
    machines("a")
    store.publish(path, anew=True)
    assert store.fetched(machines("c") / "rows.parquet").read_text() == "second"


def test_what_was_never_published_or_not_to_the_end_is_gone(bucket, machines) -> None:
    store.publish(written(machines("a") / "runs" / "1" / "1"))
    bucket.delete_object(Bucket="bank", Key="team/runs/1/1.published.json")
    for number in ("1", "2"):
        with pytest.raises(FileGone):
            store.fetched(machines("b") / "runs" / "1" / number)
    assert not (machines("b") / "runs" / "1" / "1").exists()


def test_a_file_that_differs_is_told_and_not_kept(bucket, machines) -> None:
    store.publish(written(machines("a") / "runs" / "1" / "1"))
    bucket.put_object(Bucket="bank", Key="team/runs/1/1/model.onnx", Body=b"other")
    with pytest.raises(FileDamaged, match=r"model\.onnx"):
        store.fetched(machines("b") / "runs" / "1" / "1")
    assert content(machines("b")) == {}


def test_many_may_fetch_at_once(bucket, machines) -> None:
    first = written(machines("a") / "runs" / "1" / "1")
    store.publish(first)
    wanted = machines("b") / "runs" / "1" / "1"
    with ThreadPoolExecutor(4) as workers:
        found = list(workers.map(store.fetched, [wanted] * 8))
    assert set(found) == {wanted} and content(wanted) == content(first)
    assert [each.name for each in wanted.parent.iterdir()] == ["1"]


def test_discarding_a_folder_leaves_its_neighbours(bucket, machines) -> None:
    folder = machines("a") / "datasets"
    for name in ("ab", "abc"):
        store.publish(written(folder / name / "past-1"))
    store.discard(folder / "ab")
    assert keys(bucket) and all(key.startswith("team/datasets/abc/") for key in keys(bucket))
    store.discard(folder / "never")


def test_what_is_kept_of_a_folder_is_named(bucket, machines) -> None:
    folder = machines("a") / "runs" / "1" / "1" / "checkpoints"
    for step in ("000000010", "000000020", "000000030"):
        store.publish(written(folder / step))
    store.discard(folder, but=["000000020", "000000030"])
    assert {key.split("/")[5].split(".")[0] for key in keys(bucket)} == {"000000020", "000000030"}
    machines("b")
    assert store.fetched(settings.data / "runs" / "1" / "1" / "checkpoints" / "000000030").is_dir()


def test_the_checkpoints_of_a_run_are_not_published_with_it(bucket, machines) -> None:
    folder = written(machines("a") / "runs" / "1" / "1")
    written(folder / "checkpoints" / "000000010")
    store.publish(folder)
    assert not any("checkpoints" in key for key in keys(bucket))


def test_nothing_is_published_of_what_is_not_there(bucket, machines) -> None:
    with pytest.raises(FileNotFoundError):
        store.publish(machines("a") / "runs" / "1" / "1")
    assert keys(bucket) == []


def test_a_store_that_is_away_is_told_without_its_secrets(change, machines, monkeypatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "hidden-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden-secret")
    monkeypatch.setattr("backend.addresses.RETRY", {"max_retries": 0})
    address = f"127.0.0.1:{free_port()}"
    change(store_url="s3://bank/team", s3_endpoint=f"http://{address}")
    path = machines("a") / "rows.parquet"
    path.write_text("x")
    with pytest.raises(StoreAway) as publishing:
        store.publish(path)
    with pytest.raises(StoreAway) as fetching:
        store.fetched(machines("b") / "rows.parquet")
    for told in (publishing, fetching):
        assert "hidden" not in str(told.value) and address not in str(told.value)
        assert told.value.__cause__ is None


def test_without_a_store_nothing_happens(machines) -> None:
    missing = machines("a") / "rows.parquet"
    store.publish(missing)
    store.discard(missing)
    assert store.fetched(missing) == missing and not missing.exists()
