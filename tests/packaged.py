"""The packaged sentence encoder as training writes it, once a session."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path


@cache
def encoder() -> Path:
    """Return the folder of the encoder; no test may change what lies in it."""
    from workers.steps import minilm

    folder = Path(tempfile.mkdtemp(prefix="ts-sentences-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return minilm.write_encoder(folder)
