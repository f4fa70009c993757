"""Files named by an address: which folders and stores may be read, what lies there, opening one.

An address is a wish to read anything this process may read. So it must lie below one of the
roots of the settings, wherever links lead, and is opened in the way it was checked.
"""

import io
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import unquote

from backend.errors import FileRefused
from settings import settings

STORE = "s3://"
FILE = "file://"
TABLES = (".csv", ".tsv", ".txt")  # what a listing shows; any file may be named
MOST = 200  # files a listing shows, newest first
LOOKED_AT = 20_000  # files a listing looks at: a root may hold millions
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
CHUNK = 1 << 20
BLOCK = 8 << 20  # bytes asked of a store at once
CLIENT = {"connect_timeout": "5s", "timeout": "60s"}
RETRY = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}


@dataclass(frozen=True)
class Found:
    """One file that may be imported."""

    address: str
    name: str  # below its root
    bytes: int
    changed_at: datetime


def allowed() -> tuple[str, ...]:
    """Return the folders and s3:// prefixes that files may be imported from."""
    return settings.roots


def listing(root: str) -> list[Found]:
    """Return the CSV files below one of the allowed roots, newest first, at most 200.

    Links are not followed. Empty for a folder that is not there. Raises FileRefused for a root
    that is not allowed, and for a store that does not answer.
    """
    if root not in allowed():
        raise FileRefused(_not_allowed())
    found = islice(_in_store(root) if is_remote(root) else _in_folder(root), LOOKED_AT)
    tables = (one for one in found if one.name.lower().endswith(TABLES))
    return sorted(tables, key=lambda one: one.changed_at, reverse=True)[:MOST]


def open_address(address: str) -> BinaryIO:
    """Open a file below an allowed root for reading bytes.

    Raises FileRefused when it lies elsewhere, is not there, is no ordinary file, or when its
    store does not answer.
    """
    if not is_remote(address):
        return os.fdopen(_open_local(address), "rb")
    path = _checked_key(address)
    _facts(address)  # a file that is not there is better said before fsspec half opens it
    with _store_trouble(address):
        reader = _FromStore(_store().open(path, "rb", block_size=BLOCK), address)
    return cast(BinaryIO, io.BufferedReader(reader, CHUNK))


def size_of(address: str) -> int:
    """Return the bytes of a file below an allowed root. Raises FileRefused like `open_address`."""
    return int(_facts(address)["size"])


def mark_of(address: str) -> str:
    """Return what tells one version of a file from another: taken before and after reading.

    Raises FileRefused like `open_address`.
    """
    facts = _facts(address)
    return "|".join(f"{name}={facts[name]}" for name in sorted(facts))


def name_of(address: str) -> str:
    """Return the file name an address ends in."""
    return address.rstrip("/").rsplit("/", 1)[-1]


def _facts(address: str) -> dict[str, Any]:
    if is_remote(address):
        path = _checked_key(address)
        with _store_trouble(address):
            told = _store().info(path)
        if told["type"] != "file":
            raise FileRefused(f"{address} is no file. Name one CSV of transactions.")
        return {name: told.get(name) for name in ("size", "e_tag", "last_modified", "version")}
    handle = _open_local(address)
    try:
        is_now = os.fstat(handle)
    finally:
        os.close(handle)
    return {
        "size": is_now.st_size,
        "file": f"{is_now.st_dev}:{is_now.st_ino}",
        "changed": f"{is_now.st_mtime_ns}:{is_now.st_ctime_ns}",
    }


def is_remote(address: str) -> bool:
    """True for an address in an object store, False for a path."""
    return address.startswith(STORE)


def _not_allowed() -> str:
    places = " or ".join(allowed())
    return (
        f"Files can be imported from {places} only. Put the file there, or add its place to "
        "TOUCHSTONE_IMPORT_ROOTS."
    )


def _open_local(address: str) -> int:
    """Return a descriptor of an ordinary file that really lies below an allowed folder."""
    path = address.removeprefix(FILE)
    if CONTROL.search(path) or not path.startswith("/") or ".." in path.split("/"):
        raise FileRefused(_not_allowed())
    real = os.path.realpath(path)
    if not _below_folder(real):
        raise FileRefused(_not_allowed())
    try:
        # Without waiting: opening a pipe would otherwise wait for its writer.
        handle = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise FileRefused(f"{path} cannot be opened: {error.strerror}.") from None
    # A folder on the way may have become a link after it was looked at: ask what is open.
    if not _below_folder(str(Path(f"/proc/self/fd/{handle}").readlink())):
        os.close(handle)
        raise FileRefused(_not_allowed())
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise FileRefused(f"{path} is no file. Name one CSV of transactions.")
    return handle


def _below_folder(real: str) -> bool:
    folders = [os.path.realpath(root) for root in allowed() if not is_remote(root)]
    return any(Path(real).is_relative_to(folder) and real != folder for folder in folders)


def _checked_key(address: str) -> str:
    """Return bucket/key of an address below an allowed prefix."""
    steps = unquote(address).removeprefix(STORE).split("/")
    if CONTROL.search(address) or {"", ".", ".."} & set(steps):
        raise FileRefused(_not_allowed())
    prefixes = [root.rstrip("/") + "/" for root in allowed() if is_remote(root)]
    if not any(address.startswith(prefix) for prefix in prefixes):
        raise FileRefused(_not_allowed())
    return address.removeprefix(STORE)


def _in_folder(root: str) -> Iterator[Found]:
    if not settings.import_roots:
        Path(root).mkdir(parents=True, exist_ok=True)  # ours: there to be filled
    for folder, _folders, names in os.walk(root):
        for name in filter(str.isprintable, names):
            path = Path(folder) / name
            with suppress(FileNotFoundError):  # gone since the folder was read
                is_now = path.lstat()
                if stat.S_ISREG(is_now.st_mode):
                    changed = datetime.fromtimestamp(is_now.st_mtime, UTC)
                    inside = str(path.relative_to(root))
                    yield Found(str(path), inside, is_now.st_size, changed)


def _in_store(root: str) -> Iterator[Found]:
    import obstore
    from obstore.store import S3Store

    bucket, _, inside = root.removeprefix(STORE).rstrip("/").partition("/")
    with _store_trouble(root):
        for batch in obstore.list(S3Store(bucket, **access()), inside or None):
            for told in batch:
                address = f"{STORE}{bucket}/{told['path']}"
                name = told["path"].removeprefix(inside).lstrip("/")
                yield Found(address, name, told["size"], told["last_modified"])


def _store() -> Any:
    from obstore.fsspec import FsspecStore  # here: most installations never need it

    options: dict[str, Any] = {"skip_instance_cache": True, **access()}  # keys may have changed
    return FsspecStore("s3", **options)


def access() -> dict[str, Any]:
    """Return how the store is reached; keys come from the AWS_* variables by themselves."""
    options = {"allow_http": settings.s3_endpoint.startswith("http://"), **CLIENT}
    place = {"endpoint": settings.s3_endpoint} if settings.s3_endpoint else {}
    return {"client_options": options, "retry_config": RETRY, **place}


class _FromStore(io.RawIOBase):
    """A file of a store, whose failures while reading are sentences too."""

    def __init__(self, opened: Any, address: str) -> None:
        self._opened, self._address = opened, address

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._opened.seek(offset, whence))

    def tell(self) -> int:
        return int(self._opened.tell())

    def readinto(self, buffer: Any) -> int:
        with _store_trouble(self._address):
            got = self._opened.read(len(buffer))
        buffer[: len(got)] = got
        return len(got)


@contextmanager
def _store_trouble(address: str) -> Iterator[None]:
    """Turn what a store answers into a sentence; its own words name hosts, headers and keys."""
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError:
        raise FileRefused(f"{address} is not there. Choose another file.") from None
    except (BaseError, OSError) as error:
        raise FileRefused(
            f"The store did not give {address} ({type(error).__name__}). Check that it can be "
            "reached from here, and that the AWS_* keys may read it."
        ) from None
