"""Look into folders that other processes write to and delete meanwhile."""

import glob
from pathlib import Path


def matching(folder: Path, pattern: str = "**/*") -> list[Path]:
    """Return what a folder holds that matches, sorted; what goes meanwhile is left out.

    The product's own function is not used: importing it settles the settings of this process.
    """
    found = glob.iglob(pattern, root_dir=folder, recursive=True, include_hidden=True)  # noqa: PTH207
    return sorted(folder / name for name in found)
