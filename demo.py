"""Touchstone with something to look at: what `make demo` runs.

Starts the house like up.py, then brings the sample transactions and sets every family that is
no baseline to learn from them, as an analyst would by pressing the buttons. The baselines follow
by themselves.
"""

import sys

from backend import baselines, imports, offers, runs
from up import CannotStart, run


def fill() -> None:
    """Bring the sample transactions and launch one run per family; twice is the same as once."""
    sample = imports.receive_sample()
    for offer in offers.live():
        if offer.family in baselines.FAMILIES:
            continue
        preset = next(iter(offer.presets))
        runs.launch(sample.id, offer.family, preset, None, idem_key=f"demo-{offer.family}")
        print(f"Demo: {offer.title} is learning from {sample.name}.", flush=True)


def main() -> int:
    """Run until stopped; a start that cannot succeed ends in one plain sentence."""
    try:
        return run(when_ready=fill)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
