"""The labelled transactions of one part beside the scores a run gave them: what is judged."""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
UNKNOWN = -1  # the code of an entity nobody knows
DAY = 86_400.0


@dataclass(frozen=True)
class Scored:
    """Equally long arrays (n,), in the order of the dataset's rows; n may be 0."""

    row: Ints  # `_row` of the dataset
    label: Ints  # 1 fraud, 0 legitimate
    score: Floats  # higher is more suspicious
    amount: Floats  # NaN where unknown
    time: Floats  # seconds on the dataset's clock, NaN where unknown
    entity: Ints  # a code per customer or card, UNKNOWN where nobody knows
    clock: str = "none"  # date, elapsed or none

    def __len__(self) -> int:
        return len(self.row)

    @property
    def money(self) -> Floats:
        """The amounts (n,), 0 where unknown."""
        return np.nan_to_num(self.amount, nan=0.0)

    @property
    def has_entities(self) -> bool:
        """True when every row's entity is known; False without a row."""
        return len(self) > 0 and bool((self.entity != UNKNOWN).all())

    @property
    def has_times(self) -> bool:
        """True when the rows lie on a clock and every time is known; False without a row."""
        return self.clock != "none" and len(self) > 0 and not bool(np.isnan(self.time).any())

    @property
    def day(self) -> Ints | None:
        """The day of each row (n,), counted on the dataset's clock; None without times."""
        return np.floor(self.time / DAY).astype(np.int64) if self.has_times else None

    @property
    def days(self) -> float | None:
        """How many days the rows span, at least one; None without times."""
        return max(float(np.ptp(self.time)) / DAY, 1.0) if self.has_times else None

    def some(self, places: NDArray[Any]) -> "Scored":
        """Return the rows at these places, or where a mask (n,) is true."""
        taken = {
            field.name: getattr(self, field.name)[places]
            for field in fields(self)
            if field.name != "clock"
        }
        return replace(self, **taken)


def from_frame(predictions: pd.DataFrame, entity: Ints, clock: str) -> Scored:
    """Return the labelled rows of predictions (row, score, label, amount, time), by row.

    `entity` (n,) holds one code per row of `predictions`. Empty in, empty out.
    """
    label = predictions["label"].to_numpy(dtype=np.float64, na_value=np.nan)
    row = predictions["row"].to_numpy(dtype=np.int64)
    order = np.argsort(row, kind="stable")
    order = order[~np.isnan(label[order])]
    floats = {
        name: predictions[name].to_numpy(dtype=np.float64, na_value=np.nan)[order]
        for name in ("score", "amount", "time")
    }
    return Scored(
        row=row[order], label=label[order].astype(np.int64), entity=entity[order], clock=clock,
        **floats,
    )  # fmt: skip
