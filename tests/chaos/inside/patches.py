"""Which modules are changed in this process of a schedule, and how."""

import os
import sys
from collections.abc import Callable
from functools import partial
from types import ModuleType

from tests.chaos.inside import bugs, clock, disk, learner, record, scores

Patches = dict[str, list[Callable[[ModuleType], None]]]


def chosen() -> Patches:
    """Return the patches for this process, by the name of the module they wait for."""
    found: Patches = {name: [partial(record.wrap, names=ops)] for name, ops in record.OPS.items()}
    found.setdefault("backend.plugins", []).append(learner.offer_only_this)
    found["backend.pieces"].append(scores.divide_small)
    bug = os.environ.get("CHAOS_BUG", "")
    if bug:
        module, plant = bugs.PLANTED[bug]
        found.setdefault(module, []).insert(0, plant)  # below the record: what it does is seen
    found.setdefault("db.session", []).append(clock.skew)
    if is_child():
        disk.watch()
    else:
        disk.measure()
    if is_child() and record.ordered().get("kind") == "score":
        found["workers.steps.predict"] = [scores.slow_down]
    else:
        learner.stand_in()
    return found


def is_child() -> bool:
    """True in the process that learns."""
    return "workers.journey" in sys.orig_argv
