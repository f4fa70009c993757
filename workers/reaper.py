"""The process that forgets nobody: takes lost runs back and rings bells that went unheard.

It runs beside the trainers, because a trainer that works for an hour could not look. Any
number of reapers may run; each run is moved by one conditional update.
"""

import logging
import signal
import threading
from typing import Any

from backend import rounds
from settings import settings

log = logging.getLogger(__name__)


def main() -> None:
    """Look around every `reaper_seconds` until told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    leaving = threading.Event()

    def leave(*_: Any) -> None:
        leaving.set()

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    log.info("looking for lost runs every %g s", settings.reaper_seconds)
    patience = rounds.Patience()
    while not leaving.wait(settings.reaper_seconds):
        rounds.look_around(patience)


if __name__ == "__main__":
    main()
