"""The process that forgets nobody: takes lost runs back and rings bells that went unheard.

It runs beside the trainers, because a trainer that works for an hour could not look. Any
number of reapers may run; each run is moved by one conditional update.
"""

import logging
import signal
import threading
from typing import Any

from backend import outages, rounds
from settings import settings

log = logging.getLogger(__name__)

RETRY = 60.0  # seconds after which a store that is away is asked again


def main() -> None:
    """Look around every `reaper_seconds` until told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    leaving = threading.Event()

    def leave(*_: Any) -> None:
        leaving.set()

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    if settings.store_url:
        threading.Thread(target=_share, args=[leaving], daemon=True).start()
    log.info("looking for lost runs every %g s", settings.reaper_seconds)
    patience = rounds.Patience()
    while not leaving.wait(settings.reaper_seconds):
        rounds.look_around(patience)


def _share(leaving: threading.Event) -> None:
    """Put what lies on this machine from before it had a store into the store."""
    from backend import stock  # loads scikit-learn, which nobody else here needs

    while not leaving.is_set():
        try:
            log.info("the store has the %d files and folders that lie here", stock.publish())
            return
        except outages.AWAY as error:
            log.warning("not all that lies here is in the store yet, trying again: %s", error)
            leaving.wait(RETRY)


if __name__ == "__main__":
    main()
