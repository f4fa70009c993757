"""Rows the reader turned away: counted, placed and kept, in a text that is safe to show."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from backend.steps import cards
from backend.steps.duck import Table
from backend.steps.firewall import SECRETS, sealed_beyond
from backend.steps.layout import fold
from backend.steps.lines import Numbers, Rejected
from backend.steps.quarantine import SCHEMA

KINDS = {  # what DuckDB calls it -> (what matters most where a row breaks several rules, code)
    "INVALID ENCODING": (0, "encoding"),
    "UNQUOTED VALUE": (1, "quote"),
    "LINE SIZE OVER MAXIMUM": (2, "too_long"),
    "TOO MANY COLUMNS": (3, "long"),
    "MISSING COLUMNS": (4, "short"),
}
OTHER = (5, "short")
CODES = [code for _, code in (*KINDS.values(), OTHER)]
LONGEST_TEXT = 500  # characters of a row that are kept
COMES_BEFORE = 2_000  # characters looked through for cards: one may begin before the cut
VEIL = re.compile(r"\w")
AT_ONCE = 20_000  # rows written at a time
RANK = "CASE error_type {} ELSE {} END".format(
    " ".join(f"WHEN '{kind}' THEN {rank}" for kind, (rank, _) in KINDS.items()), OTHER[0]
)
# One row may break several rules at once: a row is the place where it starts.
BY_ROW = "GROUP BY line_byte_position ORDER BY line_byte_position"
ROW = "trim(csv_line, chr(10))"  # DuckDB tells the blank lines above a row too
EXTRA = f"coalesce(max(length({ROW}) - length(replace({ROW}, chr(10), ''))), 0)"
ABOVE = "(length(csv_line) - length(ltrim(csv_line, chr(10))))"
OPEN = f"error_type = 'UNQUOTED VALUE' AND contains({ROW}, chr(10))"
OPEN_AT = f"min(line_byte_position - 1 + {ABOVE}) FILTER ({OPEN})"
TEXT = f"coalesce(first(csv_line[:{COMES_BEFORE}]), '')"


@dataclass(frozen=True)
class Rejects:
    """The rows that one connection's last strict reading turned away, in file order."""

    connection: duckdb.DuckDBPyConnection

    def count(self) -> int:
        """Return how many there are."""
        asked = "count(DISTINCT line_byte_position)"
        return int(Table(self.connection, "reject_errors").row(asked)[0])

    def first(self) -> tuple[int, str]:
        """Return the byte, from 0, where the first one starts, and the code of its reason."""
        table = Table(self.connection, "reject_errors")
        what = f"min(line_byte_position - 1 + {ABOVE}), min({RANK})"
        start, rank = table.rows(what, then=f"{BY_ROW} LIMIT 1")[0]
        return start, CODES[rank]

    def found(self) -> Rejected:
        """Return where they stand."""
        lines, extra = self._each("min(line)"), self._each(EXTRA)
        return Rejected(np.array(lines, dtype=np.int64), np.array(extra, dtype=np.int64))

    def open_quote(self) -> int | None:
        """Return the byte, from 0, where the first row starts whose quote swallows what follows."""
        found = (start for start in self._each(OPEN_AT) if start is not None)
        return next(found, None)

    def reasons(self) -> list[str]:
        """Return the code of each reason."""
        return [CODES[rank] for rank in self._each(f"min({RANK})")]

    def write(self, target: Path, lines: Numbers, headers: Sequence[str]) -> None:
        """Store them as Parquet: line, reason, column (null), text; `lines` are the true ones.

        Card numbers are hidden in the text. Where the file has a column that is sealed or
        dropped, every letter and digit is: nobody knows which cell of a broken row is which.
        """
        veiled = any(fold(name) in SECRETS or sealed_beyond(name) is not None for name in headers)
        rows = list(zip(lines.tolist(), self.reasons(), self._each(TEXT), strict=True))
        with pq.ParquetWriter(target, SCHEMA, compression="zstd") as file:
            for start in range(0, max(1, len(rows)), AT_ONCE):
                file.write_table(_table(rows[start : start + AT_ONCE], veiled))

    def _each(self, what: str) -> list[Any]:
        table = Table(self.connection, "reject_errors")
        return [found for (found,) in table.rows(what, then=BY_ROW)]


def safe(text: str, veiled: bool) -> str:
    """Return the beginning of a row as it may be shown."""
    text = cards.replace(text.strip("\n"), lambda _digits: cards.HIDDEN)[:LONGEST_TEXT]
    return VEIL.sub("•", text) if veiled else text


def _table(rows: list[tuple[int, str, str]], veiled: bool) -> pa.Table:
    columns = {
        "line": [line for line, _, _ in rows],
        "reason": [reason for _, reason, _ in rows],
        "column": [None] * len(rows),
        "text": [safe(text, veiled) for _, _, text in rows],
    }
    return pa.table(columns, SCHEMA)
