"""What happened before each row, computed once for a dataset and put beside its columns."""

import time
from collections.abc import Mapping
from dataclasses import replace

import datasets

from backend import pasts
from backend.steps.features import Plan
from backend.steps.profile import PAST
from workers.order import Order
from workers.steps import read
from workers.steps.read import DAY, Part
from workers.voice import Voice

STAGE = "Computing what happened before"

Parts = Mapping[str, Part]


def recall(
    order: Order, table: datasets.Dataset, part: Parts, voice: Voice
) -> tuple[Plan | None, dict[str, Part]]:
    """Return the plan of the features and the parts with their columns, memory-mapped.

    What is computed is decided by the training part alone. Without a time, or without anybody
    whose past it could be, there is no plan and the parts stay as they are. The folder of the
    order learns where the past lies; see `pasts.link`.
    """
    delay = order.label_delay_days * DAY
    frame = part["train"].fitting_frame()
    plan = Plan.fit(frame, order.columns, delay, order.uncovered)
    if not plan.words or any(name.startswith(PAST) for name in table.column_names):
        return None, dict(part)
    voice.stage(STAGE)
    scratch = order.folder / "scratch"
    scratch.mkdir(exist_ok=True)
    began, rows = time.monotonic(), table.num_rows

    def heard(share: float) -> None:
        spent = max(time.monotonic() - began, 1e-6)
        voice.pace(0, share * rows / spent, spent * (1 - share) / max(share, 1e-6))

    past = pasts.prepared(plan, order.dataset, scratch, heard)
    pasts.link(order.folder, past)
    joined = read.beside(table, past / pasts.FEATURES, scratch)
    return plan, {name: replace(some, table=joined) for name, some in part.items()}
