"""One round of the reaper: take back what was lost, go on with what can, ring what waits.

A lease that ran out says that a worker is lost only if the worker could have renewed it. After
the database was away, or its clock jumped, every healthy lease looks dead, so nothing is taken
back before each worker had the time of one lease to be heard.
"""

import logging
import time
from datetime import datetime

from backend import fleet, jobs, rescue
from backend.outages import AWAY
from db import now, transaction
from settings import settings

log = logging.getLogger(__name__)

JUMP = 0.25  # of a lease: a database's clock that goes this much faster than ours has jumped


class Patience:
    """Whether leases can be believed: what a reaper remembers from one round to the next.

    A new reaper cannot know whether the database was away before it began, so it waits too.
    """

    def __init__(self) -> None:
        self._restart()
        self._seen: tuple[datetime, float] | None = None  # the database's clock, and our own

    def look(self, present: datetime) -> bool:
        """Tell whether leases can be believed, now that the database says what time it is."""
        here = time.monotonic()
        if self._seen is not None:
            ahead = (present - self._seen[0]).total_seconds() - (here - self._seen[1])
            if ahead > JUMP * settings.lease_seconds:
                log.warning("the clock went %.0f s ahead; waiting for workers to be heard", ahead)
                self._restart()
        self._seen = present, here
        return here >= self._believed_from

    def was_away(self) -> None:
        """Note that the database did not answer."""
        self._restart()

    def _restart(self) -> None:
        self._believed_from = time.monotonic() + settings.lease_seconds


def look_around(patience: Patience) -> None:
    """Do one round. A database that is away is waited for."""
    try:
        rescue.shorten_leases()
        if patience.look(_clock()):
            _take_back()
        for run_id in rescue.resume_paused():
            log.info("run %s goes on: there is room on the disk again", run_id)
        jobs.ring_the_waiting()
    except AWAY as error:
        patience.was_away()
        log.warning("the database did not answer, trying again: %s", error)


def _take_back() -> None:
    for run_id in rescue.take_back():
        log.warning("run %s lost its worker", run_id)
    fleet.forget_silent()


def _clock() -> datetime:
    with transaction(reading=True) as session:
        return now(session)
