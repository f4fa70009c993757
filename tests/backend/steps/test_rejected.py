"""Rows the reader put aside are told by reason, with their lines."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backend.steps import rejected
from backend.steps.duck import open_duck, parquet_table
from backend.steps.quarantine import REASONS


def told(folder, rows):
    schema = pa.schema([("line", pa.int64()), ("reason", pa.string()), ("text", pa.string())])
    lines = [dict(zip(schema.names, row, strict=True)) for row in rows]
    pq.write_table(pa.Table.from_pylist(lines, schema), folder / "rejects.parquet")
    with open_duck(folder) as connection:
        return list(rejected.problems(parquet_table(connection, folder / "rejects.parquet")))


def test_each_reason_is_one_problem_most_rows_first(tmp_path):
    rows = [(9, "long", "a,b,c"), (7, "short", "a"), (5, "short", "b"), (3, "short", "x" * 200)]
    most, least = told(tmp_path, [*rows, (11, "short", "d")])
    assert most.title == "4 rows have too few cells"
    assert [example.line for example in most.examples] == [3, 5, 7]
    assert most.examples[0].text == "x" * rejected.LONGEST + "…"
    assert least.title == "1 row has too many cells"


@pytest.mark.parametrize("reason", rejected.REASONS)
def test_every_reason_is_known_to_the_quarantine(reason):
    assert reason in REASONS


def test_a_reason_nobody_knows_still_has_words(tmp_path):
    (problem,) = told(tmp_path, [(4, "it's odd", "a")])
    assert problem.title == "1 row cannot be read"


def test_no_rows_no_problem(tmp_path):
    assert told(tmp_path, []) == []
