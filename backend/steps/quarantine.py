"""Rows put aside with a reason: which values send them there, and what is kept of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend.steps.columns import Column
from backend.steps.masking import shown

LONGEST = 500  # characters kept of a row that is put aside
LABEL, AMOUNT, RANGE, TIME, FUTURE = "label", "amount", "range", "time", "future"
DUPLICATE, CONFLICT, NUMBER = "duplicate", "conflict", "number"
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
    TIME: "Its time cannot be",
    FUTURE: "It lies in the future",
    DUPLICATE: "It repeats an earlier row",
    CONFLICT: "Its transaction id stands on different rows",
}


@dataclass(frozen=True)
class Check:
    """One reason for which rows are put aside."""

    reason: str  # a key of REASONS
    column: str  # header, several joined by " + "
    fails: str  # boolean SQL over the text table

    @property
    def key(self) -> str:
        """The name of the problem that tells of it."""
        return f"{self.reason}:{self.column}"


def first_failing(checks: Sequence[Check]) -> str:
    """SQL for the position of the first check that a row fails; NULL for a row that is kept."""
    if not checks:
        return "CAST(NULL AS INTEGER)"
    cases = " ".join(f"WHEN {check.fails} THEN {place}" for place, check in enumerate(checks))
    return f"CASE {cases} END"


def row_text(cells: Iterable[str | None], columns: Sequence[Column], delimiter: str) -> str:
    """Return a row as an analyst may see it: cells joined, what could name somebody masked."""
    shown_cells = (
        shown(cell or "", column.role) for cell, column in zip(cells, columns, strict=True)
    )
    return delimiter.join(" ".join(cell.split()) for cell in shown_cells)[:LONGEST]
