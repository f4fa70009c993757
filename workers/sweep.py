"""Ending trainings whose supervisor is gone: they hold a device, and nobody listens to them.

They die with their supervisor by themselves; this is for the one that could not, such as a
process that Linux had not yet been told to end.
"""

import json
import logging
from pathlib import Path

from settings import settings
from workers import processes
from workers.order import FILE
from workers.processes import Process

log = logging.getLogger(__name__)

PROGRAMS = {"workers.journey", "workers.ranks"}


def end_orphans() -> list[int]:
    """End the trainings in this data folder whose supervisor is gone; return their numbers."""
    orphans = [process for process in processes.running() if _is_orphan(process)]
    for process in orphans:
        log.warning("process %s trains for nobody; ended", process.number)
    processes.kill(orphans)
    return [process.number for process in orphans]


def _is_orphan(process: Process) -> bool:
    line = processes.arguments(process.number)
    if not PROGRAMS & set(line) or not processes.sees_us_alike(process.number):
        return False
    folder = Path(line[-1])
    if not folder.is_relative_to(settings.data.resolve()):
        return False
    try:
        order = json.loads((folder / FILE).read_text())
        number, began = order["supervisor"], order["supervisor_began"]
    except (OSError, ValueError, KeyError):  # being deleted, or not an order of ours
        return False
    supervisor = processes.look(number)
    return supervisor is None or supervisor.began != began
