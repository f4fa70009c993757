"""The sign of life of a worker that does a run, given from a thread of its own.

Neither a slow write nor a large file can hold it up, so no lease is lost by them.
"""

import logging
import threading

from backend import attempts, outages
from backend.attempts import Word
from settings import settings

log = logging.getLogger(__name__)

SOON = 1.0  # seconds until the next try while the database is away


class Heartbeat:
    """Renews the lease of one attempt until it is closed, and hears what was asked meanwhile."""

    def __init__(self, run_id: int, attempt: int) -> None:
        self._hold = (run_id, attempt)
        self._over = threading.Event()
        self._word, self._error = Word.GO_ON, ""
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._thread.start()

    def word(self) -> Word:
        """Return the last word; LOST when the hold on the run is lost."""
        return self._word

    def close(self) -> None:
        """Stop renewing."""
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        wait = 0.0
        while self._word != Word.LOST and not self._over.wait(wait):
            try:
                self._word, wait = attempts.renew(*self._hold), settings.heartbeat_seconds
            except outages.AWAY:
                wait = min(SOON, settings.heartbeat_seconds)
