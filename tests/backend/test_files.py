"""A folder counts once its manifest is there, and a changed file is named."""

from pathlib import Path
from threading import Thread

import pytest

from backend import files
from backend.errors import FileDamaged
from settings import settings


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


@pytest.mark.parametrize("damage", [b"", b"[1]", b'{"reader.json": ', b"\xff"])
def test_a_damaged_manifest_is_damage_too(sealed: Path, damage: bytes) -> None:
    (sealed / files.MANIFEST).write_bytes(damage)
    with pytest.raises(FileDamaged, match="list"):
        files.verify(sealed)


def test_a_missing_file_is_named(sealed: Path) -> None:
    (sealed / "reader.json").unlink()
    with pytest.raises(FileDamaged, match=r"reader\.json"):
        files.verify(sealed)


def test_what_is_deleted_while_it_is_looked_at_counts_for_nothing(tmp_path: Path) -> None:
    for name in map(str, range(300)):
        (tmp_path / "kept" / name).mkdir(parents=True)
        (tmp_path / "kept" / name / ".weights").write_bytes(b"0123456789")
    assert len(files.matching(tmp_path, "**/.weights")) == 300
    assert files.size(tmp_path / "kept") > 3000

    deleting = Thread(target=files.remove, args=[tmp_path / "kept"])
    deleting.start()
    while deleting.is_alive():
        files.matching(tmp_path, "**/*")
        files.size(tmp_path)
    assert files.matching(tmp_path, "**/*") == []
    assert files.size(tmp_path / "kept") == 0


def test_removing_what_is_not_there_is_no_error(sealed: Path) -> None:
    files.remove(sealed)
    files.remove(sealed)
    assert not sealed.exists()


def test_checkpoints_are_no_part_of_what_is_sealed_and_go_at_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.__dict__, "data", tmp_path)
    for attempt in (1, 2):
        checkpoint = files.run_folder(7, attempt) / files.CHECKPOINTS / "000000010"
        checkpoint.mkdir(parents=True)
        (checkpoint / "state.json").write_text("{}")
        (files.run_folder(7, attempt) / "reader.json").write_text("{}")
    sealed = files.run_folder(7, 2)
    files.seal(sealed)
    files.remove_checkpoints(7)
    files.verify(sealed)
    assert sorted(path.name for path in sealed.iterdir()) == ["manifest.json", "reader.json"]
    assert [path.name for path in files.run_folder(7, 1).iterdir()] == ["reader.json"]
