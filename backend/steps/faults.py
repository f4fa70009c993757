"""Values that stop a file from being accepted: where they are and what to do."""

from collections.abc import Callable, Sequence

from backend.steps.canonical import Canonical, cells
from backend.steps.columns import Column, Role, named
from backend.steps.duck import Table
from backend.steps.moments import MOST_BROKEN
from backend.steps.values import filled, unknown_label

LineOf = Callable[[int], int]  # data row -> line in the file


def first_fault(
    table: Table, columns: Sequence[Column], typed: Canonical, line_of: LineOf
) -> str | None:
    """Return a sentence about the first value that cannot be accepted; None when all can.

    A label that is neither fraud nor legitimate always counts; a number or a time that
    cannot be read counts when more than 5% of its column cannot (else it is missing).
    """
    checks = (_label_fault, _number_fault, _time_fault)
    found = (check(table, columns, typed, line_of) for check in checks)
    return next((fault for fault in found if fault), None)


def _label_fault(
    table: Table, columns: Sequence[Column], _typed: Canonical, line_of: LineOf
) -> str | None:
    for name, c in cells(columns, Role.LABEL).items():
        found = _first(table, c, unknown_label(c))
        if found:
            value, row = found
            return (
                f'Column "{name}", line {line_of(row):,}: "{value}" is neither fraud nor '
                "legitimate. Use 1 and 0, Yes and No, or leave it blank where nobody knows."
            )
    return None


def _number_fault(
    table: Table, columns: Sequence[Column], typed: Canonical, line_of: LineOf
) -> str | None:
    named_cells = cells(columns, Role.AMOUNT, Role.NUMBER)
    if not named_cells:
        return None
    broken = {name: _broken(c, typed.numbers[name]) for name, c in named_cells.items()}
    counts = ", ".join(
        f"count({filled(c)}), count(*) FILTER ({broken[name]})" for name, c in named_cells.items()
    )
    found = table.row(counts)
    for place, (name, c) in enumerate(named_cells.items()):
        present, wrong = found[2 * place : 2 * place + 2]
        if wrong > MOST_BROKEN * present:
            value, row = _first(table, c, broken[name]) or ("", 0)
            return _too_many(name, line_of(row), value, "a number", wrong)
    return None


def _time_fault(
    table: Table, columns: Sequence[Column], typed: Canonical, line_of: LineOf
) -> str | None:
    times = named(columns, Role.TIME)
    if not times or typed.clock.broken == 0 or typed.clock.kind != "none":
        return None
    c = cells(columns, Role.TIME)[times[0]]
    _, row = _first(table, c, f"{filled(c)} IS NOT NULL") or ("", 0)
    value = typed.clock.first_broken
    return _too_many(" + ".join(times), line_of(row), value, "a time", typed.clock.broken)


def _broken(c: str, value: str) -> str:
    return f"{filled(c)} IS NOT NULL AND ({value}) IS NULL"


def _first(table: Table, c: str, condition: str) -> tuple[str, int] | None:
    found = table.rows(f"{c}, file_row_number", condition, "LIMIT 1")
    return (found[0][0].strip(), found[0][1]) if found else None


def _too_many(name: str, line: int, value: str, what: str, count: int) -> str:
    return (
        f'Column "{name}", line {line:,}: "{value}" is not {what}, and neither are '
        f"{count - 1:,} other values. Correct them, or give the column another role."
    )
