"""Amounts by class in logarithmic bins; refunds and zeros are counted apart."""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from backend.steps.duck import Table

PER_DECADE = 10  # bins from one power of ten to the next
NEGATIVE, ZERO, POSITIVE = -1, 0, 1
COLUMNS = ["sign", "bin", "frauds", "legitimate"]
Z = 1.96  # a 95% interval


class Median(NamedTuple):
    """Half of the amounts lie below; low and high are its 95% interval."""

    value: float
    low: float
    high: float


def count(table: Table, label: str = "_label") -> pd.DataFrame:
    """Return labelled rows with an amount, counted by sign and logarithmic bin, in order.

    Columns: sign (-1, 0, 1), bin (int; b holds amounts from 10^(b/10) below 10^((b+1)/10), 0
    for amounts that are not positive), frauds, legitimate (int). Empty without such rows.
    """
    bins = f"CASE WHEN _amount > 0 THEN floor(log10(_amount) * {PER_DECADE}) ELSE 0 END"
    found = table.rows(
        f"CAST(sign(_amount) AS INT) AS s, CAST({bins} AS INT) AS b, "
        f"count(*) FILTER ({label} = 1), count(*) FILTER ({label} = 0)",
        f"_amount IS NOT NULL AND ({label}) IS NOT NULL",
        "GROUP BY s, b ORDER BY s, b",
    )
    return pd.DataFrame(found, columns=COLUMNS).astype("int64")


def median(counted: pd.DataFrame, who: str) -> Median | None:
    """Return the median amount of "frauds" or "legitimate", to the accuracy of the bins.

    None without rows, and where half of them or more are not positive.
    """
    rows = int(counted[who].sum())
    if rows == 0:
        return None
    spread = Z * math.sqrt(rows) / 2
    ranks = (rows / 2, rows / 2 - spread, rows / 2 + spread)
    found = [_at(counted, who, min(max(rank, 0.5), rows - 0.5)) for rank in ranks]
    return None if min(found) <= 0 else Median(*found)


def _at(counted: pd.DataFrame, who: str, rank: float) -> float:
    up_to = counted[who].cumsum().to_numpy()
    place = int(np.searchsorted(up_to, rank))
    row = counted.iloc[place]
    if row["sign"] != POSITIVE:
        return 0.0
    inside = (rank - (up_to[place] - row[who])) / row[who]
    return float(10 ** ((row["bin"] + inside) / PER_DECADE))
