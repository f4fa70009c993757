"""How many values each column lacks, read from the footer of a Parquet file."""

from pathlib import Path

import pandas as pd

from backend.steps.duck import Table, literal


def count(table: Table, path: Path) -> pd.DataFrame:
    """Return one row per stored column: column (as stored) and missing (int, rows).

    Only the footer is read; `table` lends its connection.
    """
    footer = Table(table.connection, f"parquet_metadata({literal(str(path))})")
    found = footer.rows(
        "path_in_schema, CAST(sum(stats_null_count) AS BIGINT)",
        then="GROUP BY path_in_schema, column_id ORDER BY column_id",
    )
    return pd.DataFrame(found, columns=["column", "missing"])
