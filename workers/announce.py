"""Tell the pages what this worker can train, and that it is still here."""

import logging
import os
import socket
import threading
from typing import Any

from celery.signals import worker_ready, worker_shutdown

import workers.models
from backend import fleet, offers, plugins
from settings import settings
from workers.device import describe, devices, kind

log = logging.getLogger(__name__)
leaving = threading.Event()


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
    """Publish this worker's offers and keep saying that it is here."""
    name = f"{socket.gethostname()}-{os.getpid()}"
    fleet.register(name, describe(), kind(), devices())
    offers.publish(name, describe(), offered())
    threading.Thread(target=_stay, args=[name], daemon=True).start()
    log.info("%s is ready", name)


@worker_shutdown.connect
def leave(**_: Any) -> None:
    """Forget this worker and its offers."""
    leaving.set()
    fleet.leave(f"{socket.gethostname()}-{os.getpid()}")


def _stay(name: str) -> None:
    while not leaving.wait(settings.lease_seconds / 4):
        fleet.still_here(name)
