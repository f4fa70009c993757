"""Where bytes come from: memory that belongs to no disk, opened as often as needed."""

import io
from pathlib import Path

import pytest

from backend import uploads
from backend.errors import FileRefused
from backend.uploads import Origin


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_bytes_are_remembered_with_size_and_hash() -> None:
    origin = uploads.remember(io.BytesIO(b"abc"), 3, "a.csv")

    assert (origin.name, origin.size) == ("a.csv", 3)
    assert origin.content_hash.startswith("ba7816bf8f01cfea")  # SHA-256 of "abc", FIPS 180-2
    for _ in range(2):
        with uploads.open_origin(origin) as file:
            assert file.read() == b"abc"
    origin.close()


def test_a_file_over_the_limit_is_not_kept() -> None:
    before = _open_files()

    with pytest.raises(FileRefused, match="larger than 1 MiB"):
        uploads.remember(io.BytesIO(b"x" * 3_000_000), 1 << 20)
    assert _open_files() <= before


def test_an_upload_cut_off_in_the_middle_is_not_kept() -> None:
    class CutOff(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 0:
                raise OSError("connection lost")
            return super().read(10)

    before = _open_files()
    with pytest.raises(OSError, match="connection lost"):
        uploads.remember(CutOff(b"x" * 100), 1 << 20)
    assert _open_files() <= before


def test_an_address_is_opened_where_it_is(data_folder: Path) -> None:
    incoming = data_folder / "incoming"
    incoming.mkdir()
    (incoming / "a.csv").write_bytes(b"abc")

    with uploads.open_origin(Origin("a.csv", str(incoming / "a.csv"))) as file:
        assert file.read() == b"abc"


def test_a_folder_is_gone_once_discarded(tmp_path: Path) -> None:
    folder = tmp_path / "draft"
    folder.mkdir()
    (folder / "text.parquet").touch()

    with uploads.alone(folder):
        uploads.discard(folder)
    uploads.discard(folder)

    assert not folder.exists()
