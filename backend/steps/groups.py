"""The categories and merchants where fraud is frequent, with how sure that is.

Of a hundred thousand groups the luckiest looks alarming by chance alone. A group stands out
only where its frauds would be a surprise among all groups of its column together: Chernoff's
bound P(X >= k) <= exp(-n KL(k/n || usual rate)) below 2.5% divided by their number.
"""

from collections.abc import Mapping

import pandas as pd

from backend.steps.duck import Table
from backend.steps.interval import wilson, wilson_low

FEWEST = 30  # labelled rows; the rate of fewer says little
MOST = 10  # groups that are named
COLUMNS = ["column", "value", "rows", "frauds", "stands_out"]


def rank(table: Table, columns: Mapping[str, str], label: str = "_label") -> pd.DataFrame:
    """Return the groups with the highest fraud rates; first those that stand out.

    `columns` is {header: SQL name}; one scan of each. Columns: column, value (as stored), rows
    (labelled), frauds (int), stands_out (bool), rate, low, high (0 to 1, Wilson 95%), by which
    they are ranked, lower end first. At most 10 groups of at least 30 labelled rows and one
    fraud; empty where there is none.
    """
    known, frauds = table.row(f"count({label}), count(*) FILTER ({label} = 1)")
    usual = frauds / known if known else 0.0
    found = [row for each in columns.items() for row in _of(table, *each, label, usual)]
    frame = pd.DataFrame(found, columns=COLUMNS)
    low, high = wilson(frame["frauds"], frame["rows"])
    frame = frame.assign(rate=frame["frauds"] / frame["rows"], low=low, high=high)
    order = ["stands_out", "low", "column", "value"]
    return frame.sort_values(order, ascending=[False, False, True, True]).head(MOST).reset_index(
        drop=True
    )  # fmt: skip


def _of(
    table: Table, header: str, sql: str, label: str, usual: float
) -> list[tuple[str, str, int, int, bool]]:
    found = table.rows(
        f"{sql} AS value, count({label}) AS known, count(*) FILTER ({label} = 1) AS frauds, "
        f"frauds > known * {usual!r} AND {_surprise('frauds', 'known', usual)} "
        "> ln(40 * count(*) OVER ()) AS stands_out",
        f"{sql} IS NOT NULL",
        f"GROUP BY value HAVING known >= {FEWEST} QUALIFY frauds >= 1 "
        f"ORDER BY stands_out DESC, {wilson_low('frauds', 'known')} DESC, value LIMIT {MOST}",
    )
    return [(header, *row) for row in found]


def _surprise(frauds: str, rows: str, usual: float) -> str:
    """SQL for n KL(k/n || usual); a term with no rows in it is zero."""
    others = f"({rows} - {frauds})"
    return (
        f"({frauds} * ln({frauds} / nullif({rows} * {usual!r}, 0)) + "
        f"coalesce({others} * ln(nullif({others}, 0) / nullif({rows} * {1 - usual!r}, 0)), 0))"
    )
