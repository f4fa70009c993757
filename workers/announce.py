"""Tell the pages what this worker can train, and that it is still here."""

import contextlib
import logging
import os
import threading
from typing import Any

from celery.signals import worker_ready, worker_shutdown

import workers.models
from backend import fleet, offers, outages, plugins
from settings import settings
from workers.device import describe, devices, kind, worker_name

log = logging.getLogger(__name__)
leaving = threading.Event()
entered = threading.Event()  # all that this worker offers is loaded, and told
door = threading.Lock()  # nobody enters while it leaves


def offered() -> list[offers.Offer]:
    """Return an offer for every family in workers/models, in menu order."""
    families = plugins.collect(workers.models, "FAMILY")
    return sorted(
        (
            offers.Offer(
                family=name,
                title=family.title,
                summary=family.summary,
                order=family.order,
                presets={title: preset.to_plain() for title, preset in family.presets.items()},
                options=family.options.model_json_schema(),
                need=family.need,
            )
            for name, family in families.items()
        ),
        key=lambda offer: offer.order,
    )


@worker_ready.connect
def announce(**_: Any) -> None:
    """Enter this worker with what it offers, and keep saying that it is here."""
    threading.Thread(target=_stay, args=[worker_name(os.getpid())], daemon=True).start()


@worker_shutdown.connect
def leave(**_: Any) -> None:
    """Forget this worker and its offers."""
    leaving.set()
    with door, contextlib.suppress(*outages.AWAY):  # its silence will tell
        fleet.leave(worker_name(os.getpid()))


def _stay(name: str) -> None:
    """Enter this worker, and again where it was forgotten; say that it is here until it leaves."""
    while True:
        with door:
            if leaving.is_set():
                return
            try:
                _enter(name)
            except outages.AWAY as error:
                log.warning("the database does not answer, this worker is not heard: %s", error)
        if leaving.wait(settings.lease_seconds / 4):
            return


def _enter(name: str) -> None:
    if not entered.is_set() or not fleet.still_here(name):
        fleet.register(name, describe(), kind(), devices())
        offers.publish(name, describe(), offered())
        entered.set()
