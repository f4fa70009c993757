"""What happened before each row, computed once for a dataset and put beside its columns."""

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from backend import pasts
from backend.steps.features import DAY, Plan
from backend.steps.profile import PAST
from workers.order import Order
from workers.steps import predict
from workers.voice import Voice

if TYPE_CHECKING:  # to score a dataset neither is needed, and loading them takes seconds
    import datasets

    from workers.steps.read import Part

STAGE = "Computing what happened before"


def recall(
    order: Order, table: "datasets.Dataset", part: Mapping[str, "Part"], voice: Voice, scratch: Path
) -> tuple[Plan | None, dict[str, "Part"]]:
    """Return the plan of the features and the parts with their columns, memory-mapped.

    What is computed is decided by the training part alone. Where nothing can be computed there
    is no plan, and the parts stay as they are. The folder of the order learns where the past
    lies; see `pasts.link`.
    """
    from workers.steps import read

    frame = part["train"].fitting_frame()
    plan = Plan.fit(frame, order.columns, order.label_delay_days * DAY, order.uncovered)
    if not plan.words or any(name.startswith(PAST) for name in table.column_names):
        return None, dict(part)
    past = compute(plan, order, voice, scratch)
    pasts.link(order.folder, past)
    joined = read.beside(table, past / pasts.FEATURES, scratch)
    return plan, {name: replace(some, table=joined) for name, some in part.items()}


def compute(plan: Plan, order: Order, voice: Voice, scratch: Path) -> Path:
    """Return the folder with the past of the order's dataset, and tell how long it takes."""
    voice.stage(STAGE)
    scratch.mkdir(exist_ok=True)
    began, rows = time.monotonic(), predict.count(order.dataset)

    def heard(share: float) -> None:
        spent = max(time.monotonic() - began, 1e-6)
        voice.pace(0, share * rows / spent, spent * (1 - share) / max(share, 1e-6))

    return pasts.prepared(plan, order.dataset, scratch, heard)
