"""Tokens for card numbers and seals for names, made with keys that lie outside the database.

The key file holds one key per version; the highest version writes, and all of them read.
"""

import base64
import fcntl
import hmac
import json
import os
import secrets
from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.errors import FileDamaged
from backend.steps.masking import SEALED
from settings import settings

KEY_BYTES = 32
TOKEN_BYTES = 16  # 128 bits: two cards meet by chance once in 2^64
NONCE_BYTES = 12
NONCES_AT_ONCE = 4096  # drawn together: asking the kernel for each costs a third of sealing
OWNER_ONLY = 0o600
NOT_OPENED = (
    "A sealed value does not open: it was changed or moved, or the key file is another one. "
    "Put the key file back that was in use when the dataset was imported, or import it again."
)

Seal = Callable[[str, str, int], str]  # value, header, row -> sealed cell


@dataclass(frozen=True)
class Ring:
    """The keys by version; the highest version writes."""

    keys: dict[int, bytes]

    @classmethod
    def open(cls, key_file: Path) -> "Ring":
        """Return the keys in a file, made with a first key when there is none.

        Raises FileDamaged when the file is there and holds no keys.
        """
        if not key_file.is_file():
            with _alone(key_file):
                if not key_file.is_file():
                    _write(key_file, {1: secrets.token_bytes(KEY_BYTES)})
        return _read(key_file, key_file.stat().st_mtime_ns)

    @property
    def version(self) -> int:
        """The version that new tokens and seals carry."""
        return max(self.keys)

    def token(self, card: str) -> str:
        """Return what stands for a card number: "v1:" and 32 hex digits.

        HMAC-SHA-256 over all digits under a secret key (PCI DSS 4.0.1, 3.5.1.1), cut to 128
        bits: the same card always gives the same token, and without the key nobody can try
        out numbers.
        """
        key = _derived(self.keys[self.version], b"card tokens")
        digest = hmac.digest(key, card.encode(), sha256)
        return f"v{self.version}:{digest[:TOKEN_BYTES].hex()}"

    def sealer(self, table: str) -> Seal:
        """Return a function that seals the cells of one table: seal(value, header, row).

        AES-256-GCM under a key of this table's own, so that random nonces never run short.
        """
        encrypt = _cipher(self.keys[self.version], table).encrypt
        prefix, nonces = f"s{self.version}:", _nonces()

        def seal(plain: str, column: str, row: int) -> str:
            nonce = next(nonces)
            hidden = encrypt(nonce, plain.encode(), _place(table, column, row))
            return prefix + b2a_base64(nonce + hidden, newline=False).decode()

        return seal

    def unseal(self, cell: str, table: str, column: str, row: int) -> str:
        """Return what was sealed in the cell of this table, column and row.

        Raises FileDamaged when the cell was changed or moved, or its key is not here.
        """
        found = SEALED.fullmatch(cell)
        key = self.keys.get(int(found.group(1))) if found else None
        if found is None or key is None:
            raise FileDamaged(NOT_OPENED)
        try:
            box = a2b_base64(found.group(2), strict_mode=True)
            nonce, hidden = box[:NONCE_BYTES], box[NONCE_BYTES:]
            place = _place(table, column, row)
            return _cipher(key, table).decrypt(nonce, hidden, place).decode()
        except (InvalidTag, NotBase64, ValueError):
            raise FileDamaged(NOT_OPENED) from None


def token(card: str) -> str:
    """Return what stands for a card number, under this installation's newest key."""
    return Ring.open(settings.key_file).token(card)


def seal(plain: str, table: str, column: str, row: int) -> str:
    """Return a value sealed for one cell and no other, under the newest key: "s1:" and base64."""
    return Ring.open(settings.key_file).sealer(table)(plain, column, row)


def unseal(cell: str, table: str, column: str, row: int) -> str:
    """Return what `seal` hid. Raises FileDamaged for another cell, another key, another byte."""
    return Ring.open(settings.key_file).unseal(cell, table, column, row)


def turn_key() -> int:
    """Add a new key, which writes from now on, and return its version; older keys still read."""
    path = settings.key_file
    Ring.open(path)
    with _alone(path):
        ring = _read(path, path.stat().st_mtime_ns)
        version = ring.version + 1
        _write(path, {**ring.keys, version: secrets.token_bytes(KEY_BYTES)})
    return version


def _place(table: str, column: str, row: int) -> bytes:
    """Return what a seal is bound to. A table's name holds no bar, so no two places are alike."""
    return f"{table}|{column}|{row}".encode()


def _nonces() -> Iterator[bytes]:
    while True:
        drawn = os.urandom(NONCE_BYTES * NONCES_AT_ONCE)
        for start in range(0, len(drawn), NONCE_BYTES):
            yield drawn[start : start + NONCE_BYTES]


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> Ring:
    try:
        stored = json.loads(path.read_text())
        keys = {int(name): base64.b64decode(key, validate=True) for name, key in stored.items()}
    except (ValueError, AttributeError, TypeError):
        keys = {}
    if not keys or any(len(key) != KEY_BYTES for key in keys.values()):
        raise FileDamaged(f"The key file {path} holds no keys. Put its copy back.")
    return Ring(keys)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep other processes from writing the key file meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
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
def _cipher(key: bytes, table: str) -> AESGCM:
    return AESGCM(_derived(key, f"sealed cells of {table}".encode()))


@lru_cache(maxsize=64)
def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(key)
