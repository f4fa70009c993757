"""A folder counts once its manifest is there, and a changed file is named."""

from pathlib import Path

import pytest

from backend import files
from backend.errors import FileDamaged


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "weights").write_bytes(b"0123456789")
    (tmp_path / "reader.json").write_text("{}")
    files.seal(tmp_path)
    return tmp_path


def test_a_sealed_folder_is_whole(sealed: Path) -> None:
    files.verify(sealed)
    files.seal(sealed)  # sealing twice changes nothing
    files.verify(sealed)


def test_a_folder_without_its_manifest_was_never_finished(sealed: Path) -> None:
    (sealed / files.MANIFEST).unlink()
    with pytest.raises(FileDamaged, match="never finished"):
        files.verify(sealed)


@pytest.mark.parametrize("damage", [b"", b"01234", b"0123456788", b"01234567890"])
def test_a_changed_or_cut_file_is_named(sealed: Path, damage: bytes) -> None:
    (sealed / "model" / "weights").write_bytes(damage)
    with pytest.raises(FileDamaged, match="model/weights"):
        files.verify(sealed)


def test_a_missing_file_is_named(sealed: Path) -> None:
    (sealed / "reader.json").unlink()
    with pytest.raises(FileDamaged, match=r"reader\.json"):
        files.verify(sealed)


def test_removing_what_is_not_there_is_no_error(sealed: Path) -> None:
    files.remove(sealed)
    files.remove(sealed)
    assert not sealed.exists()
