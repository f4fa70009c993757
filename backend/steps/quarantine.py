"""Rows put aside with a reason: which values send them there, and what is kept of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from backend.steps.columns import Column
from backend.steps.duck import Table, literal, parquet_table, quoted
from backend.steps.masking import shown
from backend.steps.normalise import cell

LONGEST = 500  # characters kept of a row that is put aside
BATCH = 10_000  # rows worked on at a time
SCHEMA = pa.schema([
    ("line", pa.int64()),  # 1-based physical line at which the row starts
    ("reason", pa.string()),  # a key of REASONS
    ("column", pa.string()),  # header, null where it is about the whole row
    ("text", pa.string()),  # safe to show
])  # fmt: skip
LABEL, AMOUNT, RANGE, TIME, FUTURE = "label", "amount", "range", "time", "future"
DUPLICATE, CONFLICT, NUMBER = "duplicate", "conflict", "number"
COPY, TOTAL = "copy", "total"
REASONS = {  # code -> why a row is put aside
    "short": "It has fewer cells than the header",
    "long": "It has more cells than the header",
    "quote": "A quote in it does not fit",
    "encoding": "It is not text in the encoding of the file",
    "too_long": "It is longer than a row can be",
    LABEL: "Its label is put aside, as you chose",
    AMOUNT: "Its amount cannot be read",
    RANGE: "Its amount is too large to be one payment",
    NUMBER: "A number in it cannot be read",
    TIME: "Its time is impossible",
    FUTURE: "It lies in the future",
    DUPLICATE: "It repeats an earlier row",
    CONFLICT: "Its transaction id stands on different rows",
    COPY: "It repeats an earlier row in every cell",
    TOTAL: "It adds up other rows",
}


@dataclass(frozen=True)
class Check:
    """One reason for which rows are put aside."""

    reason: str  # a key of REASONS
    column: str  # header, several joined by " + "; empty where it is about whole rows
    fails: str  # boolean SQL over the parts of its Checks

    @property
    def key(self) -> str:
        """The name of the problem that tells of it."""
        return f"{self.reason}:{self.column}"


@dataclass(frozen=True)
class Checks:
    """Why rows are put aside: the first check a row fails is its reason.

    `parts` are {name: SQL over the text table}, worked out once for all checks.
    """

    parts: Mapping[str, str] = field(default_factory=dict)
    all: tuple[Check, ...] = ()

    def judge(self, table: Table, where: str = "TRUE", more: Sequence[str] = ()) -> Table:
        """Return the rows of the text table judged.

        Columns: file_row_number, place (of the check failed, null where none is), and the
        columns `more` of the text table.
        """
        parts = [f"{sql} AS {name}" for name, sql in self.parts.items()]
        worked_out = table.selection(", ".join(["file_row_number", *parts, *more]), where)
        cases = " ".join(f"WHEN {check.fails} THEN {at}" for at, check in enumerate(self.all))
        place = f"CASE {cases} END" if cases else "CAST(NULL AS INTEGER)"
        return worked_out.selection(", ".join(["file_row_number", f"{place} AS place", *more]))

    def mark(self, table: Table) -> str:
        """Judge every row once, and return boolean SQL that looks up which failed.

        The outcome is kept as one bit per row in a variable of the connection: a join would
        not keep rows in order, and judging anew for every question is slow.
        """
        if not self.all:
            return "FALSE"
        name = f"aside_{sha256(repr(self).encode()).hexdigest()[:16]}"
        (rows,) = table.row("count(*)")
        row = "CASE WHEN place IS NOT NULL THEN CAST(file_row_number AS INTEGER) END"
        # Not FILTER: DuckDB would move the condition below, and work its parts out twice.
        found = self.judge(table).selection(f"bitstring_agg({row}, 0, {max(rows, 1) - 1})")
        table.connection.execute(" ".join(("SET VARIABLE", name, "=", found.source)))
        (none,) = table.connection.execute(f"SELECT getvariable('{name}') IS NULL").fetchall()[0]
        return "FALSE" if none else bit(name)


def bit(variable: str) -> str:
    """Boolean SQL: the bit of this row is set in a variable that holds one bit per row."""
    return f"(get_bit(getvariable({literal(variable)}), CAST(file_row_number AS INTEGER)) = 1)"


@dataclass(frozen=True)
class Rows:
    """The text table of a draft, and what is needed to put rows of it aside."""

    table: Table
    columns: tuple[Column, ...]
    checks: Checks
    aside: str  # boolean SQL: this row fails one
    line_of: Callable[[int], int]  # data row (0-based) -> 1-based physical line
    delimiter: str
    repeats: Mapping[int, int]  # row put aside as a repetition -> the row it repeats

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows that fail a check, in file order, with the columns of SCHEMA."""
        texts = [cell(place) for place in range(len(self.columns))]
        judged = self.checks.judge(self.table, self.aside, texts)
        judged.connection.execute(f"FROM {judged.source}")
        while found := judged.connection.fetchmany(BATCH):
            told = [self._told(row, place, values) for row, place, *values in found]
            yield pa.RecordBatch.from_pylist(told, schema=SCHEMA)

    def _told(self, row: int, place: int, values: Sequence[str | None]) -> dict[str, object]:
        check = self.checks.all[place]
        text = row_text(values, self.columns, self.delimiter)
        if row in self.repeats:
            text = f"repeats line {self.line_of(self.repeats[row])}: {text}"[:LONGEST]
        line = self.line_of(row)
        return {"line": line, "reason": check.reason, "column": check.column or None, "text": text}


def write(rows: Rows, rejects: Path, target: Path) -> None:
    """Write the rows put aside by reader and checks as one Parquet, in line order.

    `rejects` holds those the reader turned away; it need not be there.
    """
    part = target.with_suffix(".values")
    with pq.ParquetWriter(part, SCHEMA, compression="zstd") as file:
        for batch in rows.batches():
            file.write_batch(batch)
    parts = [part, *([rejects] if rejects.is_file() else [])]
    names = ", ".join(quoted(name) for name in SCHEMA.names)
    connection = rows.table.connection
    told = [parquet_table(connection, path).selection(names) for path in parts]
    together = " UNION ALL ".join(f"(FROM {one.source})" for one in told)
    Table(connection, f"({together} ORDER BY line)").copy("*", target)
    part.unlink()


def row_text(cells: Iterable[str | None], columns: Sequence[Column], delimiter: str) -> str:
    """Return a row as an analyst may see it: cells joined, what could name somebody masked."""
    shown_cells = (
        shown(cell or "", column.role) for cell, column in zip(cells, columns, strict=True)
    )
    return delimiter.join(" ".join(cell.split()) for cell in shown_cells)[:LONGEST]
