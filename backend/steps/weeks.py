"""Count transactions and frauds per week."""

import numpy as np
import pandas as pd

DAY = 86_400
WEEK = 7 * DAY
MONDAY = 4 * DAY  # 1970 began on a Thursday: the first Monday is four days later
MOST_WEEKS = 5_000  # a stray date far away must not draw a century of empty weeks


def count(rows: pd.DataFrame, clock: str) -> pd.DataFrame:
    """Return one row per week with start, transactions, frauds and complete.

    `rows` has `_time` (seconds) and `_label` (1, 0 or missing). start is a Monday
    (datetime64, UTC) where clock is "date", else a day offset (float). complete says that
    the data reaches from the week's first day to its last. Empty when no row has a time.
    """
    timed = rows[rows["_time"].notna()]
    if clock == "none" or timed.empty:
        return pd.DataFrame(columns=["start", "transactions", "frauds", "complete"])
    origin = MONDAY if clock == "date" else 0
    time = timed["_time"].to_numpy(dtype=float)
    week = np.floor((time - origin) / WEEK).astype(np.int64)
    frame = pd.DataFrame({"week": week, "fraud": timed["_label"].to_numpy(float) == 1})
    counted = frame.groupby("week")["fraud"].agg(["size", "sum"])
    if week.max() - week.min() < MOST_WEEKS:
        counted = counted.reindex(range(week.min(), week.max() + 1), fill_value=0)
    start = counted.index.to_numpy() * WEEK + origin
    first, last = np.floor(time.min() / DAY) * DAY, np.floor(time.max() / DAY) * DAY
    return pd.DataFrame({
        "start": pd.to_datetime(start, unit="s") if clock == "date" else start / DAY,
        "transactions": counted["size"].to_numpy(dtype=np.int64),
        "frauds": counted["sum"].to_numpy(dtype=np.int64),
        "complete": (start >= first) & (start + WEEK - DAY <= last),
    })  # fmt: skip
