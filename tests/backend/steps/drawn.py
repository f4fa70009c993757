"""A table of random typed rows, as DuckDB and as pandas, for tests that count both ways."""

import duckdb
import numpy as np
import pandas as pd

from backend.steps.duck import Table


def drawn(seed: int, rows: int = 3_000) -> tuple[Table, pd.DataFrame]:
    """Return the same rows twice; every column has gaps, amounts may be zero or negative."""
    draw = np.random.default_rng(seed)
    amount = np.round(draw.lognormal(3, 2, rows), 2) * draw.choice([1, 1, 1, 0, -1], rows)
    frame = pd.DataFrame(
        {
            "_label": pd.array(draw.choice([0, 0, 0, 1], rows), dtype="Int8"),
            "_amount": pd.array(amount, dtype="Float64"),
            "_time": pd.array(draw.integers(-3_000_000, 9_000_000, rows) * 1.0, dtype="Float64"),
            "shop": draw.choice([f"shop {number}" for number in range(40)], rows),
            "city": draw.choice(["Wien", "Graz", 'Li"nz', "Bad 'Ischl"], rows),
        }
    )
    for name in ("_label", "_amount", "_time", "shop"):
        frame.loc[draw.random(rows) < 0.05, name] = None
    return as_table(frame), frame


def as_table(frame: pd.DataFrame) -> Table:
    """Return the rows of a frame as a table."""
    connection = duckdb.connect()
    connection.register("given", frame)
    connection.execute("CREATE TABLE rows AS SELECT * FROM given")
    return Table(connection, "rows")


def table_of(columns: str, values: str) -> Table:
    """Return a table written down in SQL: ("_time DOUBLE", "(1), (2)")."""
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE rows ({columns})")
    connection.execute(f"INSERT INTO rows VALUES {values}")
    return Table(connection, "rows")
