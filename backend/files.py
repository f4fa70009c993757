"""Folders of files that are complete or do not count: written, fsynced, manifest last."""

import glob
import hashlib
import json
import os
import shutil
from contextlib import suppress
from pathlib import Path

from backend.errors import FileDamaged
from settings import settings

MANIFEST = "manifest.json"
CHECKPOINTS = "checkpoints"  # folder of what an attempt can be gone on from; never sealed
NOT_SEALED = (MANIFEST, "log.txt")  # a process may write its log until its very end


def run_folder(run_id: int, attempt: int) -> Path:
    """Return the folder one attempt of a run writes to; no other attempt ever shares it."""
    return settings.data / "runs" / str(run_id) / str(attempt)


def checkpoint(folder: Path, step: int) -> Path:
    """Return where the attempt that writes to `folder` keeps its checkpoint of a step."""
    return folder / CHECKPOINTS / f"{step:09d}"


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hex digits, read in chunks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """See a file, or the names in a folder, onto the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write(path: Path, content: bytes) -> None:
    """Write a file and see it onto the disk. Raises OSError when it does not fit."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(handle, left) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def move(draft: Path, target: Path) -> None:
    """Give a finished file or folder its name, at once and for good."""
    draft.rename(target)
    sync(target.parent)


def matching(folder: Path, pattern: str) -> list[Path]:
    """Return what a folder holds that matches, sorted; none when it is not there.

    A folder that another process deletes meanwhile counts as empty, as does one that cannot be
    read: `Path.glob` raises there.
    """
    found = glob.iglob(pattern, root_dir=folder, recursive=True, include_hidden=True)  # noqa: PTH207
    return sorted(folder / name for name in found)


def size(folder: Path) -> int:
    """Return the bytes of the files in a folder; one that is deleted meanwhile counts nothing."""
    total = 0
    for path in matching(folder, "**/*"):
        with suppress(FileNotFoundError):
            total += path.stat().st_size
    return total


def seal(folder: Path) -> None:
    """Write the manifest of a finished folder, last, so that its existence means complete."""
    aside = folder / CHECKPOINTS
    files = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and aside not in path.parents
    ]
    sealed = [path for path in files if path.name not in NOT_SEALED]
    sums = {str(path.relative_to(folder)): sha256(path) for path in sealed}
    for path in files:
        sync(path)
    draft = folder / f"{MANIFEST}.draft"
    write(draft, json.dumps(sums, indent=1).encode())
    move(draft, folder / MANIFEST)


def verify(folder: Path) -> None:
    """Check a sealed folder against its manifest.

    Raises FileDamaged naming the file that is missing or differs, or saying that the folder
    was never finished.
    """
    manifest = folder / MANIFEST
    if not manifest.is_file():
        raise FileDamaged("The model's files were never finished. Train the run again.")
    try:
        sums = dict(json.loads(manifest.read_bytes()))
    except (ValueError, TypeError) as error:
        raise FileDamaged("The list of the model's files differs from what was written.") from error
    for name, expected in sums.items():
        path = folder / name
        if not path.is_file() or sha256(path) != expected:
            raise FileDamaged(f"The model's file {name} differs from what was written.")


def remove(folder: Path) -> None:
    """Delete a folder with all it holds; a folder that is not there is no error."""
    shutil.rmtree(folder, ignore_errors=True)


def remove_checkpoints(run_id: int) -> None:
    """Delete all that a run could be gone on from; once it has succeeded nobody needs it."""
    for folder in matching(settings.data / "runs" / str(run_id), f"*/{CHECKPOINTS}"):
        remove(folder)
