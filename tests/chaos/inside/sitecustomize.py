"""What Python runs first in every process of a schedule: chaos comes in here, and only here.

The folder of this file stands on PYTHONPATH of those processes alone. It touches no file of the
product: modules are changed right after they were loaded, as `patches` says for this process.
"""

import ctypes
import importlib.abc
import importlib.machinery
import os
import signal
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any


def die_with_parent() -> None:
    """Have Linux kill this process when whoever plays the schedule is gone (prctl(2))."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class After(importlib.abc.MetaPathFinder):
    """Calls what is registered for a module once it has been loaded."""

    def __init__(self, patches: dict[str, list[Callable[[ModuleType], None]]]) -> None:
        self.patches = patches

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        """Find the module as Python does, and hang its patches behind its loading."""
        if name not in self.patches:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def load(module: ModuleType) -> None:
            execute(module)
            for patch in self.patches[name]:
                patch(module)

        spec.loader.exec_module = load  # type: ignore[method-assign]
        return spec


if "CHAOS_CONTROL" in os.environ:
    from tests.chaos.inside import patches

    if str(os.getppid()) == os.environ.get("CHAOS_RUNNER"):
        die_with_parent()
    sys.meta_path.insert(0, After(patches.chosen()))
