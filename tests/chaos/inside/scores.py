"""A scoring as the product does it, a piece per row group, slow enough to be broken."""

import time
from functools import partial
from types import ModuleType
from typing import Any

from tests.chaos.inside import record
from tests.chaos.inside.learner import slot

PAUSE = "pause"  # file of the control folder: seconds that each piece takes longer


def divide_small(pieces: ModuleType) -> None:
    """Make every row group a piece."""
    pieces.divided = partial(pieces.divided, rows=1)  # type: ignore[attr-defined]


def slow_down(predict: ModuleType) -> None:
    """Have every piece take longer, and the slot of this trainer be held from the first one on."""
    whole, held = predict.predict_piece, []

    def slowly(*args: Any) -> int:
        if not held:
            order = record.ordered()
            held.append(slot(order["run_id"], order["attempt"]))
            held[0].__enter__()
        time.sleep(float((record.control() / PAUSE).read_text()))
        rows: int = whole(*args)
        return rows

    predict.predict_piece = slowly  # type: ignore[attr-defined]
