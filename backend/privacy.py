"""Tokens in place of card numbers, made with a key that lies outside the database.

The key file holds one key per version; the highest version writes.
"""

import base64
import fcntl
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from settings import settings

KEY_BYTES = 32
TOKEN_BYTES = 16  # 128 bits: two cards meet by chance once in 2^64
OWNER_ONLY = 0o600


@dataclass(frozen=True)
class Ring:
    """The keys by version; the highest version writes."""

    keys: dict[int, bytes]

    @property
    def version(self) -> int:
        """The version that new tokens carry."""
        return max(self.keys)


def token(card: str) -> str:
    """Return what stands for a card number: "v1:" and 32 hex digits.

    HMAC-SHA-256 over all digits under a secret key (PCI DSS 4.0.1, 3.5.1.1), cut to 128 bits:
    the same card always gives the same token, and without the key nobody can try out numbers.
    """
    ring = _ring()
    digest = hmac.digest(_derived(ring.keys[ring.version], b"card tokens"), card.encode(), sha256)
    return f"v{ring.version}:{digest[:TOKEN_BYTES].hex()}"


def _ring() -> Ring:
    path = settings.key_file
    if not path.is_file():
        _make(path)
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> Ring:
    stored = json.loads(path.read_text())
    return Ring({int(version): base64.b64decode(key) for version, key in stored.items()})


def _make(path: Path) -> None:
    """Write a first key; of two processes that try at once, one does."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if not path.is_file():
            _write(path, {1: secrets.token_bytes(KEY_BYTES)})
    finally:
        os.close(folder)


def _write(path: Path, keys: dict[int, bytes]) -> None:
    draft = path.with_suffix(".draft")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(handle, "w") as file:
        json.dump({version: base64.b64encode(key).decode() for version, key in keys.items()}, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


@lru_cache(maxsize=16)
def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(key)
