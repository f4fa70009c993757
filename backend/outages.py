"""A database or store that is away is waited for: what was to be said is said again.

Only what may be said twice is: a write that names its attempt, its step or its file.
"""

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError

from backend.errors import StoreAway

log = logging.getLogger(__name__)

# Away, restarting, locked, or with no connection to spare.
AWAY = (OperationalError, InterfaceError, TimeoutError, StoreAway)
FIRST_WAIT, LONGEST_WAIT = 0.1, 5.0  # seconds between two tries; each wait is twice the last

T = TypeVar("T")


class GivenUp(Exception):
    """The database or the store stayed away until whoever waited for it had to go."""


def patiently(call: Callable[[], T], leave: threading.Event) -> T:
    """Return `call()`, tried again for as long as the database or the store is away.

    Raises GivenUp once `leave` is set and it is still away; whatever else `call`
    raises is raised.
    """
    wait = FIRST_WAIT
    while True:
        try:
            return call()
        except AWAY as error:
            if wait == FIRST_WAIT:
                log.warning("no answer, trying again: %s", error)
            if leave.wait(wait):
                raise GivenUp from error
            wait = min(2 * wait, LONGEST_WAIT)
