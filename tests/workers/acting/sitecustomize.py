"""What Python runs first in every process of a test that has this folder on its path.

A training process does an act in the place of a training, which the order's options name; all
else is as always, but for what only real trainings need: that is not loaded. Where a test asks
for it, what a trainer starts beside its queue ends at once.
"""

import os
import sys

REAL_ONLY = (
    *(f"workers.steps.{name}" for name in ("judge", "predict", "recall")),
    *(f"backend.{name}" for name in ("reader", "scorer", "pasts")),
    *(f"backend.steps.{name}" for name in ("features", "split")),
)


def act() -> int:
    """Do the order as the real process would, and return its exit code."""
    from pathlib import Path
    from unittest.mock import MagicMock

    sys.path.insert(0, str(Path.cwd()))
    sys.modules.update({name: MagicMock() for name in REAL_ONLY})

    import workers.journey
    from tests.workers.acting import acts

    workers.journey.train = acts.play
    try:
        return workers.journey.main(Path(sys.orig_argv[-1]))
    except SystemExit as leaving:
        return int(leaving.code)
    except KeyError as error:  # the one that an act raises: what nobody foresaw
        print(f"Traceback of {error!r}", file=sys.stderr)
        return 1


if "workers.journey" in sys.orig_argv:
    code = act()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)

if "workers.tasks" in sys.orig_argv and "TOUCHSTONE_TEST_DEAF" in os.environ:
    os._exit(1)
