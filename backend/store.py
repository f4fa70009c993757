"""The store that machines share their files through: published once, fetched and checked elsewhere.

What lies in the data folder and never changes again has its place in the store under the same
name. What it consists of is written last, beside it, with hashes: what lacks that does not count.
Without a store nothing is published, and nothing is missing.
"""

import hashlib
import json
import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from backend import addresses, files
from backend.errors import FileDamaged, FileGone, StoreAway
from settings import settings

log = logging.getLogger(__name__)

PUBLISHED = ".published.json"  # after the name of what is published: {file below it: SHA-256}
ITSELF = "."  # the name of a published file below itself
CHUNK = 8 << 20


def is_used() -> bool:
    """Tell whether this installation shares its files through a store."""
    return bool(settings.store_url)


def publish(path: Path, anew: bool = False) -> None:
    """Copy a file or folder below the data folder, complete by now, into the store.

    What is published already stays as it is, unless it has changed and is to be published
    `anew`. Checkpoints in a folder of a run are left out. Raises StoreAway, and
    FileNotFoundError when it is not there, or goes meanwhile.
    """
    if not is_used():
        return
    with _store() as client:
        key = _key(path)
        if not anew and _told(client, key) is not None:
            return
        sums = {name: files.sha256(path / name) for name in _names(path)}
        for name in sums:
            obstore.put(client, _below(key, name), path / name)
        obstore.put(client, key + PUBLISHED, json.dumps(sums).encode())


def fetched(path: Path) -> Path:
    """Return `path`, a file or folder below the data folder, fetched when it does not lie there.

    It appears whole or not at all, whoever else fetches it at the same time. Raises FileGone
    when the store does not have it, FileDamaged when it differs from what was published, and
    StoreAway. Without a store it is returned as it is.
    """
    if not is_used() or path.exists():
        return path
    draft = path.with_name(f"{path.name}.{uuid4().hex}.draft")
    try:
        with _store() as client:
            key = _key(path)
            sums = _told(client, key)
            if sums is None:
                raise FileGone(path.name)
            for name, expected in sums.items():
                _download(obstore.get(client, _below(key, name)), draft / name, expected)
        _settle(draft, path)
    finally:
        files.remove(draft)
        draft.unlink(missing_ok=True)
    return path


def discard(folder: Path, but: Collection[str] = ()) -> None:
    """Delete all that was published below a folder, except the files and folders named `but`.

    A folder without anything is no error. Raises StoreAway.
    """
    if not is_used():
        return
    with _store() as client:
        prefix = _key(folder) + "/"
        for batch in obstore.list(client, prefix, chunk_size=500):
            found = [told["path"] for told in batch]
            names = (key.removeprefix(prefix).split("/")[0] for key in found)
            gone = [
                key
                for key, name in zip(found, names, strict=True)
                if name.removesuffix(PUBLISHED) not in but
            ]
            if gone:
                obstore.delete(client, gone)


def _names(path: Path) -> list[str]:
    """Return the files of a folder, relative to it; of a file itself alone."""
    if not path.is_dir():
        return [ITSELF]
    inside = [each for each in sorted(path.rglob("*")) if each.is_file()]
    aside = path / files.CHECKPOINTS
    return [str(each.relative_to(path)) for each in inside if aside not in each.parents]


def _below(key: str, name: str) -> str:
    return key if name == ITSELF else f"{key}/{name}"


def _key(path: Path) -> str:
    return str(path.resolve().relative_to(settings.data.resolve()))


def _told(client: Any, key: str) -> dict[str, str] | None:
    """Return what the store says of something that is published, or None when it is not."""
    try:
        told: dict[str, str] = json.loads(bytes(obstore.get(client, key + PUBLISHED).bytes()))
    except FileNotFoundError:
        return None
    return told


def _download(found: Any, target: Path, expected: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with target.open("wb") as file:
        for chunk in found.stream(min_chunk_size=CHUNK):
            digest.update(chunk)
            file.write(chunk)
    if digest.hexdigest() != expected:
        raise FileDamaged(f"The file {target.name} in the store differs from what was written.")
    files.sync(target)


def _settle(draft: Path, path: Path) -> None:
    """Give what was fetched its name, unless somebody else was faster."""
    try:
        files.move(draft, path)
    except OSError:  # a folder cannot take the place of another that holds something
        if not path.exists():
            raise


@contextmanager
def _store() -> Iterator[S3Store]:
    """Yield the opened store. What goes wrong in it is told as StoreAway, without its own words.

    Those name hosts, headers and keys.
    """
    bucket, _, inside = settings.store_url.removeprefix(addresses.STORE).strip("/").partition("/")
    try:
        yield S3Store(bucket, prefix=inside or None, **addresses.access())
    except BaseError as error:
        log.warning("the store did not answer: %s", type(error).__name__)
        raise StoreAway from None
