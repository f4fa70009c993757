"""Only what lies below an allowed root is read, whatever an address tries."""

import os
from hashlib import sha256
from multiprocessing import forkserver
from pathlib import Path

import boto3
import pytest
import requests

from backend import addresses, datasets, imports
from backend.errors import FileRefused
from tests.backend.importing import wait

TEXT = b"amount,is_fraud\n1.50,0\n2.50,1\n"
OTHERS = "can be imported from"


@pytest.fixture
def incoming(tmp_path: Path, change) -> Path:
    """An allowed folder with one file, beside a folder that is not allowed."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "cards.csv").write_bytes(TEXT)
    (tmp_path / "secret.csv").write_bytes(b"secret")
    (tmp_path / "in-other").mkdir()
    (tmp_path / "in-other" / "other.csv").write_bytes(b"secret")
    change(import_roots=str(folder))
    return folder


@pytest.fixture
def store(s3, change, monkeypatch):
    """A client of a store that holds two files that may be read and two that may not."""
    requests.post(f"{s3}/moto-api/reset", timeout=10)
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.setenv(f"AWS_{name}", "test")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    client = boto3.client("s3", endpoint_url=s3, region_name="us-east-1")
    client.create_bucket(Bucket="bank")
    for key in ("in/cards.csv", "in/may/a b ö.CSV", "in/note.md", "in-other/x.csv", "y.csv"):
        client.put_object(Bucket="bank", Key=key, Body=TEXT)
    change(import_roots="s3://bank/in", s3_endpoint=s3)
    forkserver._forkserver._stop()  # children know the environment of when it started
    yield client
    forkserver._forkserver._stop()
    client.close()


def read(address: str) -> bytes:
    with addresses.open_address(address) as file:
        return file.read()


class TestFolder:
    def test_a_file_is_read_by_its_path(self, incoming):
        address = str(incoming / "cards.csv")
        assert read(address) == TEXT
        assert read(f"file://{address}") == TEXT
        assert addresses.size_of(address) == len(TEXT)

    def test_csv_files_are_listed_newest_first(self, incoming):
        (incoming / "sub").mkdir()
        (incoming / "sub" / "NEW.CSV").write_bytes(b"1")
        (incoming / "notes.md").write_bytes(b"1")
        (incoming / "link.csv").symlink_to(incoming.parent / "secret.csv")
        os.utime(incoming / "cards.csv", (1, 1))
        found = addresses.listing(str(incoming))
        assert [(one.name, one.bytes) for one in found] == [
            ("sub/NEW.CSV", 1),
            ("cards.csv", len(TEXT)),
        ]

    def test_a_root_that_is_not_allowed_is_not_listed(self, incoming):
        with pytest.raises(FileRefused, match=OTHERS):
            addresses.listing(str(incoming.parent))

    def test_the_usual_root_is_made_to_be_filled(self, data_folder):
        (root,) = addresses.allowed()
        assert addresses.listing(root) == []
        assert Path(root) == data_folder.resolve() / "incoming"
        assert Path(root).is_dir()

    @pytest.mark.parametrize(
        "named",
        [
            "{in}/../secret.csv",
            "{in}/../in/cards.csv",
            "{in}-other/other.csv",
            "{in}/out.csv",
            "{in}/folder/secret.csv",
            "{in}",
            "/etc/passwd",
            "/proc/self/environ",
            "file:///etc/passwd",
            "file://host{in}/cards.csv",
            "cards.csv",
            "",
            "{in}/cards.csv\0.png",
            "http://127.0.0.1/cards.csv",
            "https://example.org/in/cards.csv",
            "ftp://bank/in/cards.csv",
        ],
    )
    def test_what_lies_elsewhere_is_refused(self, incoming, named):
        (incoming / "out.csv").symlink_to(incoming.parent / "secret.csv")
        (incoming / "folder").symlink_to(incoming.parent)
        with pytest.raises(FileRefused, match=OTHERS):
            read(named.replace("{in}", str(incoming)))

    def test_a_link_that_stays_inside_is_followed(self, incoming):
        (incoming / "again.csv").symlink_to("cards.csv")
        assert read(str(incoming / "again.csv")) == TEXT

    def test_a_pipe_and_a_folder_are_no_files(self, incoming):
        os.mkfifo(incoming / "pipe.csv")
        (incoming / "sub.csv").mkdir()
        for name in ("pipe.csv", "sub.csv"):
            with pytest.raises(FileRefused, match="is no file"):
                read(str(incoming / name))

    def test_a_file_that_is_not_there_is_said(self, incoming):
        with pytest.raises(FileRefused, match="No such file"):
            read(str(incoming / "gone.csv"))

    def test_another_version_of_a_file_has_another_mark(self, incoming):
        path = incoming / "cards.csv"
        marks = {addresses.mark_of(str(path)), addresses.mark_of(str(path))}
        assert len(marks) == 1
        path.write_bytes(TEXT.replace(b"1.50", b"9.50"))
        marks.add(addresses.mark_of(str(path)))
        other = incoming / "other.csv"
        other.write_bytes(path.read_bytes())
        other.replace(path)
        marks.add(addresses.mark_of(str(path)))
        assert len(marks) == 3


class TestStore:
    def test_a_file_is_read_by_its_address(self, store):
        assert read("s3://bank/in/cards.csv") == TEXT
        assert read("s3://bank/in/may/a b ö.CSV") == TEXT
        assert addresses.size_of("s3://bank/in/cards.csv") == len(TEXT)

    def test_a_file_is_read_in_parts_and_again(self, store):
        large = os.urandom(9_000_000)
        store.put_object(Bucket="bank", Key="in/large.csv", Body=large)
        with addresses.open_address("s3://bank/in/large.csv") as file:
            assert file.read(1_000_000) == large[:1_000_000]
            assert file.seek(5) == 5
            assert file.read() == large[5:]

    def test_csv_files_below_the_prefix_are_listed(self, store):
        found = addresses.listing("s3://bank/in")
        assert {(one.address, one.name, one.bytes) for one in found} == {
            ("s3://bank/in/cards.csv", "cards.csv", len(TEXT)),
            ("s3://bank/in/may/a b ö.CSV", "may/a b ö.CSV", len(TEXT)),
        }

    @pytest.mark.parametrize(
        "address",
        [
            "s3://bank/y.csv",
            "s3://bank/in-other/x.csv",
            "s3://bank/in/../y.csv",
            "s3://bank/in/%2e%2e/y.csv",
            "s3://bank/in//cards.csv",
            "s3://bank/in/./cards.csv",
            "s3://other/in/cards.csv",
            "s3://bank/in",
            "s3://bank/in/",
            "S3://bank/in/cards.csv",
            "s3a://bank/in/cards.csv",
            "s3://user:word@bank/in/cards.csv",
            "s3://bank/in/cards.csv\n",
            "/etc/passwd",
        ],
    )
    def test_what_lies_elsewhere_is_refused(self, store, address):
        with pytest.raises(FileRefused, match=OTHERS):
            read(address)

    def test_a_file_that_is_not_there_is_said(self, store):
        with pytest.raises(FileRefused, match="is not there"):
            read("s3://bank/in/gone.csv")

    def test_a_store_without_the_bucket_is_said_without_its_own_words(self, store, change):
        change(import_roots="s3://nowhere/in")
        with pytest.raises(FileRefused) as refused:
            addresses.listing("s3://nowhere/in")
        assert "http" not in str(refused.value)

    def test_a_file_becomes_a_dataset(self, house, store):
        rows = "".join(f"2024-01-02 10:00:00,{n}.50,{int(n % 50 == 0)}\n" for n in range(20_000))
        text = f"time,amount,is_fraud\n{rows}".encode()
        store.put_object(Bucket="bank", Key="in/may/cards.csv", Body=text)
        import_id = imports.start_address("s3://bank/in/may/cards.csv")
        found = wait(import_id)
        assert found.message == ""
        dataset = datasets.get(found.dataset_id)
        assert (dataset.rows, dataset.frauds, dataset.name) == (20_000, 400, "cards")
        assert dataset.content_hash == sha256(text).hexdigest()

    def test_another_version_of_a_file_has_another_mark(self, store):
        address = "s3://bank/in/cards.csv"
        mark = addresses.mark_of(address)
        assert addresses.mark_of(address) == mark
        store.put_object(Bucket="bank", Key="in/cards.csv", Body=TEXT.replace(b"1", b"9"))
        assert addresses.mark_of(address) != mark
