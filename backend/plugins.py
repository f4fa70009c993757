"""A folder is a registry: each module in it defines one constant."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any


def collect(folder: ModuleType, constant: str) -> dict[str, Any]:
    """Return {module name: its `constant`} for every module directly in `folder`.

    Raises AttributeError naming the module that forgot its constant, so a half-written
    file stops start-up instead of vanishing from a menu.
    """
    names = sorted(module.name for module in iter_modules(folder.__path__))
    return {name: getattr(import_module(f"{folder.__name__}.{name}"), constant) for name in names}
