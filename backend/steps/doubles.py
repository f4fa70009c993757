"""Rows that come twice: ids on more than one row, and rows alike in every cell."""

from collections.abc import Mapping, Sequence

from backend.steps.columns import Column, Role
from backend.steps.duck import Table
from backend.steps.layout import fold
from backend.steps.normalise import cell
from backend.steps.quarantine import CONFLICT, COPY, DUPLICATE, Check, bit
from backend.steps.values import words

NAMES = frozenset({
    "id", "transactionid", "transid", "txid", "txnid", "trxid", "transnum", "transactionnumber",
    "transactionno", "transactionref", "transactionreference", "paymentid", "eventid", "uuid",
    "reference", "referencenumber",
})  # fmt: skip
NEARLY = 0.95  # share of values that are different in a column that numbers transactions
AT_ONCE = 2_000_000  # rows whose ids are counted at a time: a slice fits into memory
IDS = "doubled_ids"  # the temporary table of ids that stand on several rows
REPEATS = "alike AND row > first"
ROWS = "doubled"  # the temporary table of rows whose id stands elsewhere too


def id_column(columns: Sequence[Column], rows: int) -> int | None:
    """Return the position of the column that numbers transactions; None without one."""
    return next(
        (place for place, column in enumerate(columns) if _numbers_rows(column, rows)), None
    )


def is_named_so(header: str) -> bool:
    """Tell whether a header says that its column numbers transactions."""
    return fold(header) in NAMES


def checks(table: Table, columns: Sequence[Column], once: bool = False) -> list[Check]:
    """Return the checks that put repeated and contradicting transactions aside.

    A row that repeats an earlier one in every cell is put aside; where rows with one id
    differ, all of them are. Sealed cells are never alike, so they are not compared. Without
    a column that numbers transactions copies may be payments: they are put aside where the
    analyst wants each row `once`. The checks look up bits by row number, because a join
    would not keep the rows in order.
    """
    rows = table.row("count(*)")[0]
    place = id_column(columns, rows)
    if place is None:
        if not once or rows == 0:
            return []
        _find(table, columns, f"CAST({fingerprint(columns)} AS VARCHAR)", rows)
        return _checks(table, rows, "", {COPY: REPEATS})
    if _present(columns[place], rows) == columns[place].distinct:
        return []
    _find(table, columns, words(cell(place)), rows)
    return _checks(table, rows, columns[place].name, {DUPLICATE: REPEATS, CONFLICT: "NOT alike"})


def fingerprint(columns: Sequence[Column]) -> str:
    """SQL: a number that is the same for rows alike in every cell that can be compared."""
    places = enumerate(columns)
    return f"hash({', '.join(cell(i) for i, column in places if column.role is not Role.SEALED)})"


def first_rows(table: Table) -> dict[int, int]:
    """Return {row put aside as a repetition: the row it repeats}, after `checks` found some."""
    return dict(Table(table.connection, ROWS).rows("row, first", REPEATS))


def _checks(table: Table, rows: int, name: str, reasons: Mapping[str, str]) -> list[Check]:
    """Return a check for each reason, {code: condition on ROWS}, that some row meets."""
    ask, found = Table(table.connection, ROWS), []
    for reason, where in reasons.items():
        if not ask.rows("row", where, "LIMIT 1"):
            continue
        bits = f"bitstring_agg(CAST(row AS INTEGER), 0, {rows - 1})"
        source = ask.selection(bits, where).source
        table.connection.execute(" ".join(("SET VARIABLE", reason, "=", source)))
        found.append(Check(reason, name, bit(reason)))
    return found


def _find(table: Table, columns: Sequence[Column], key: str, rows: int) -> None:
    _collect(table, key, 1 + rows // AT_ONCE)
    some = table.selection(
        f"file_row_number AS row, {key} AS k, {fingerprint(columns)} AS h",
        f"{key} IN (FROM {IDS})",
    )
    told = some.selection(
        "row, min(row) OVER (PARTITION BY k) AS first, "
        "min(h) OVER (PARTITION BY k) = max(h) OVER (PARTITION BY k) AS alike"
    )
    words_of = ("CREATE OR REPLACE TEMP TABLE", ROWS, "AS FROM", told.source)
    table.connection.execute(" ".join(words_of))


def _collect(table: Table, key: str, slices: int) -> None:
    """Store the ids that stand on several rows, looking at a slice of all ids at a time."""
    table.connection.execute(" ".join(("CREATE OR REPLACE TEMP TABLE", IDS, "(k VARCHAR)")))
    for place in range(slices):
        ids = table.selection(f"{key} AS k", f"hash({key}) % {slices} = {place}").source
        again = ("INSERT INTO", IDS, "SELECT k FROM", ids, "GROUP BY k HAVING count(*) > 1")
        table.connection.execute(" ".join(again))


def _numbers_rows(column: Column, rows: int) -> bool:
    present = _present(column, rows)
    named_so = column.role is Role.ID and is_named_so(column.name)
    return named_so and present > 1 and column.distinct >= NEARLY * present


def _present(column: Column, rows: int) -> int:
    return round((1 - column.missing) * rows)
