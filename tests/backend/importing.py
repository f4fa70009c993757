"""Start imports and see them through, and look for what one leaves behind."""

import io
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from backend import datasets, imports
from backend.import_view import Import, ImportState

HEADER = "time,amount,merchant,is_fraud\n"


def table(rows: int = 200, merchant: str = "Shop") -> bytes:
    lines = (
        f"2024-01-{1 + n % 28:02d} 10:00:00,{n % 100}.50,{merchant} {n % 50},{int(n % 50 == 0)}\n"
        for n in range(rows)
    )
    return (HEADER + "".join(lines)).encode()


def wait(import_id: int, until: Callable[[Import], bool] = lambda one: not one.is_live) -> Import:
    """Return an import as soon as it is `until`, or over."""
    end = time.monotonic() + 300
    while not until(found := imports.get(import_id)) and found.is_live:
        assert time.monotonic() < end, found
        time.sleep(0.05)
    for thread in threading.enumerate():  # it may still be tidying up
        if thread.name == f"import-{import_id}" and not found.is_live:
            thread.join(90)
    return found


def is_asking(one: Import) -> bool:
    return one.state is ImportState.ASKING


def bring(data: bytes, name: str = "cards.csv") -> Import:
    return wait(imports.start(io.BytesIO(data), name))


def handles() -> set[str]:
    """Which file descriptors of this process are memory files of imports."""
    links = Path("/proc/self/fd").iterdir()
    return {link.name for link in links if "memfd:touchstone" in os.path.realpath(link)}


def nothing_is_left(house: Path) -> None:
    """No folder, no process, no memory file and no dataset."""
    assert list((house / "uploads").glob("*")) == []
    assert not handles()
    assert datasets.list_all() == []
    assert [child for child in psutil.Process().children(recursive=True) if is_reading(child)] == []


def is_reading(process: psutil.Process) -> bool:
    """True for a child that reads: the fork server has started it."""
    try:
        return "forkserver" in " ".join(process.parent().cmdline())
    except (psutil.NoSuchProcess, AttributeError):
        return False
