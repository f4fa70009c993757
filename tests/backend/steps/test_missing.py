"""Missing values are read from the footer of a Parquet file."""

import duckdb
import pytest

from backend.steps import missing
from backend.steps.duck import Table
from tests.backend.steps.drawn import drawn


@pytest.mark.parametrize("seed", range(2))
def test_as_pandas_counts(seed, tmp_path):
    table, frame = drawn(seed)
    path = tmp_path / "it's rows.parquet"
    table.copy("*", path)
    found = missing.count(Table(duckdb.connect(), ""), path)
    wanted = frame.isna().sum()
    assert found["column"].tolist() == wanted.index.tolist()
    assert found["missing"].tolist() == wanted.tolist()
