"""Transaction ids that stand on more than one row; and rows that keep their order whatever."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backend.steps import doubles
from backend.steps.canonical import canonical, summarise
from backend.steps.columns import Column, Role
from backend.steps.duck import Table, open_duck, parquet_table

MANY = 400_000  # more rows than DuckDB reads in one piece, so that threads could mix them up


def text_table(folder: Path, columns: dict[str, list[str | None]]) -> Path:
    path = folder / "text.parquet"
    named = {f"c{place}": values for place, values in enumerate(columns.values())}
    pq.write_table(pa.table(named), path, row_group_size=50_000)
    return path


def test_rows_keep_their_order_while_some_are_put_aside(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(doubles, "AT_ONCE", MANY // 3)  # ids are looked at in slices
    numbers = [str(i) for i in range(MANY)]
    numbers[200_001] = "200000"  # contradicts the row before
    amounts = ["n/a" if i % 1_000 == 0 else f"${i}.25" for i in range(MANY)]
    amounts[77] = "no amount"
    labels = ["Yes" if i % 100 == 0 else "No" for i in range(MANY)]
    path = text_table(tmp_path, {"id": numbers, "amount": amounts, "label": labels})
    columns = (
        Column("id", Role.ID, "", 0.0, MANY - 1),
        Column("amount", Role.AMOUNT, ""),
        Column("label", Role.LABEL, ""),
    )
    with open_duck(tmp_path) as connection:
        table = parquet_table(connection, path)
        typed = canonical(table, columns)
        summary = summarise(table, typed)
        typed.rows(table).copy("*", tmp_path / "rows.parquet")
    kept = pq.read_table(tmp_path / "rows.parquet", columns=["_row"])["_row"].to_pylist()

    assert (summary.rows, summary.aside) == (MANY - 3, 3)
    assert kept == [row for row in range(MANY) if row not in (77, 200_000, 200_001)]


@pytest.mark.parametrize(
    ("ids", "aside"),
    [
        (["a", "b", "c"], []),
        (["a", None, None], []),
        (["a"] * 2 + [f"b{i}" for i in range(40)], [1]),
    ],
)
def test_only_repetitions_are_put_aside(tmp_path: Path, ids: list[str | None], aside) -> None:
    path = text_table(tmp_path, {"tx_id": ids, "note": ["x"] * len(ids)})
    present = [value for value in ids if value]
    missing = 1 - len(present) / len(ids)
    columns = (
        Column("tx_id", Role.ID, "", missing, len(set(present))),
        Column("note", Role.CATEGORY, ""),
    )
    with open_duck(tmp_path) as connection:
        table = parquet_table(connection, path)
        typed = canonical(table, columns)
        assert [row for (row,) in table.rows("file_row_number", typed.aside)] == aside


def test_sealed_cells_never_make_rows_differ(tmp_path: Path) -> None:
    ids = ["a", "a", *(f"b{i}" for i in range(40))]
    sealed = [f"s1:{i}" for i in range(len(ids))]
    path = text_table(tmp_path, {"uuid": ids, "name": sealed})
    columns = (Column("uuid", Role.ID, "", 0.0, 41), Column("name", Role.SEALED, ""))
    with open_duck(tmp_path) as connection:
        table = parquet_table(connection, path)
        checks = doubles.checks(table, columns)
        assert [check.key for check in checks] == ["duplicate:uuid"]
        assert doubles.first_rows(table) == {1: 0}
        stored = canonical(table, columns).rows(table).rows("name", "_row = 0")
    assert stored == [("s1:0",)]


def test_only_a_column_that_numbers_transactions_counts(tmp_path: Path) -> None:
    assert doubles.is_named_so("Transaction ID")
    assert not doubles.is_named_so("customer_id")
    few = Column("id", Role.ID, "", 0.0, 10)
    assert doubles.id_column([few], rows=1_000) is None
    with open_duck(tmp_path) as connection:
        assert doubles.checks(Table(connection, "(SELECT 1 AS c0)"), [few]) == []
