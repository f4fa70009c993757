"""The OpenMP library that LightGBM needs, lent from torch where the system has none.

LightGBM's wheel expects the system's libgomp.so.1, which small images lack; torch's wheel
brings the same file. The loader takes a library of that name once it is there.
"""

import ctypes
from importlib.util import find_spec
from pathlib import Path

NAME = "libgomp.so.1"


def lend() -> None:
    """Load torch's OpenMP, if it brings one, before LightGBM asks for it; loads no torch."""
    torch = find_spec("torch")
    if torch is None or torch.origin is None:
        return
    brought = Path(torch.origin).parent / "lib" / NAME
    if brought.is_file():
        ctypes.CDLL(str(brought), mode=ctypes.RTLD_GLOBAL)
