"""Transactions, labels and frauds counted per day: what weeks and label coverage stand on."""

import pandas as pd

from backend.steps.duck import Table

DAY = 86_400
COUNTS = ("transactions", "labelled", "frauds")


def count(table: Table, time: str = "_time", label: str = "_label") -> pd.DataFrame:
    """Return one row per day that has transactions, in order, in one scan.

    `time` (seconds) and `label` (1, 0 or null) are SQL over the table. Columns: day (int, days
    since 1970 or since the start), transactions, labelled, frauds (int). Rows without a time
    are in no day; empty when none has one.
    """
    found = table.rows(
        f"CAST(floor(({time}) / {DAY}) AS BIGINT) AS day, "
        f"count(*), count({label}), count(*) FILTER ({label} = 1)",
        then="GROUP BY day ORDER BY day",
    )
    dated = [row for row in found if row[0] is not None]
    return pd.DataFrame(dated, columns=["day", *COUNTS]).astype("int64")
