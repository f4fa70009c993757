"""The real datasets beside the repository: unpacked once a session, or a skip with its reason."""

import atexit
import gzip
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

import pytest

from settings import ROOT

FOLDER = ROOT.parent / "shared" / "data"


def real_data(name: str) -> Path:
    """Return the path of an unpacked real CSV; skips the test where the data is not there."""
    packed = FOLDER / f"{name}.gz"
    if not packed.is_file():
        pytest.skip(f"the real dataset {name} is not beside this repository")
    return _unpacked(packed)


@lru_cache(maxsize=16)
def _unpacked(packed: Path) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="ts-real-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / packed.stem
    with gzip.open(packed) as source, path.open("wb") as target:
        shutil.copyfileobj(source, target)
    return path
