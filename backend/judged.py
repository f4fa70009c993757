"""A judgement as the worker leaves it in a run's folder: `judgement.json` and `replicates.npz`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

TOLD, REPLICATES = "judgement.json", "replicates.npz"

Arrays = dict[str, NDArray[Any]]


def write(folder: Path, told: Mapping[str, Any], replicates: Mapping[str, NDArray[Any]]) -> None:
    """Write what pages show, and the arrays that intervals and comparisons are made of.

    Raises ValueError when a figure in `told` is not a finite number: say None instead.
    """
    (folder / TOLD).write_text(json.dumps(told, allow_nan=False))
    with (folder / REPLICATES).open("wb") as file:
        np.savez_compressed(file, **replicates)  # type: ignore[arg-type] # a name could be allow_pickle


def read_told(folder: Path) -> dict[str, Any]:
    """Return what pages show of a run; empty for a run of before judgements were kept."""
    path = folder / TOLD
    found: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    return found


def read_replicates(folder: Path) -> Arrays:
    """Return the arrays by name; empty for a run of before judgements were kept."""
    path = folder / REPLICATES
    if not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}
