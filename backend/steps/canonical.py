"""Roles become typed columns: the text table is written as the Parquet every run reads.

Layout: `_row` int64 (data row, 0-based, in file order, among readable rows), `_label` int8
(1 fraud, 0 legitimate, null unlabelled), `_amount` double, `_time` double (seconds: since
1970 in UTC for dates, else since the start), `_entity`, `_counterparty` string; then one
column per category, text and id (string) and number (double), under its own header.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.steps.columns import Column, Role
from backend.steps.contents import number_styles
from backend.steps.duck import Table, literal, quoted
from backend.steps.moments import Clock, read_clock
from backend.steps.normalise import cell
from backend.steps.recipe import Fix
from backend.steps.values import label, number, words

JOIN = "|"  # between the parts of an entity that several columns make up
OWN = {Role.CATEGORY: words, Role.TEXT: words, Role.ID: words}
NUMBERS = (Role.AMOUNT, Role.NUMBER)
READ_AS = "; read as "


@dataclass(frozen=True)
class Canonical:
    """How a text table is typed. Every entry of `expressions` is SQL over the text table."""

    expressions: dict[str, str]  # Parquet column -> expression, in order
    numbers: dict[str, str]  # header of an amount or number column -> expression
    clock: Clock

    @property
    def projection(self) -> str:
        """The whole as one SELECT list."""
        return ", ".join(f"{sql} AS {quoted(name)}" for name, sql in self.expressions.items())


@dataclass(frozen=True)
class Summary:
    rows: int = 0
    frauds: int = 0
    unlabelled: int = 0
    first_time: float | None = None
    last_time: float | None = None
    fraud_amount: float | None = None  # null without an amount or a label


def cells(columns: Sequence[Column], *roles: Role) -> dict[str, str]:
    """Return {header: SQL name in the text table} of the columns with these roles."""
    places = enumerate(columns)
    return {column.name: cell(place) for place, column in places if column.role in roles}


def canonical(table: Table, columns: Sequence[Column], fixes: Sequence[Fix] = ()) -> Canonical:
    """Decide how each column of a text table is typed, by its role and what it holds.

    `fixes` decide what the analyst has said about dates, numbers, zones and labels.
    """
    numeric = cells(columns, *NUMBERS)
    styles = number_styles(table, list(numeric.values()))
    numbers = {name: number(words(c), styles[c]) for name, c in numeric.items()}
    clock = read_clock(table, list(cells(columns, Role.TIME).items()))
    amounts = [numbers[name] for name in cells(columns, Role.AMOUNT)]
    labels = [label(c) for c in cells(columns, Role.LABEL).values()]
    expressions = {
        "_row": "file_row_number",
        "_label": labels[0] if labels else "CAST(NULL AS TINYINT)",
        "_amount": amounts[0] if amounts else "CAST(NULL AS DOUBLE)",
        "_time": f"CAST({clock.seconds} AS DOUBLE)",
        "_entity": _joined(cells(columns, Role.ENTITY)),
        "_counterparty": _joined(cells(columns, Role.COUNTERPARTY)),
    }
    for place, column in enumerate(columns):
        if column.role in OWN:
            expressions[column.name] = OWN[column.role](cell(place))
        elif column.role is Role.NUMBER:
            expressions[column.name] = numbers[column.name]
    return Canonical(expressions, numbers, clock)


def summarise(table: Table, typed: Canonical) -> Summary:
    """Count what a text table holds once typed."""
    label, amount, time = (typed.expressions[name] for name in ("_label", "_amount", "_time"))
    found = table.row(
        f"count(*), count(*) FILTER ({label} = 1), count(*) FILTER ({label} IS NULL), "
        f"min({time}), max({time}), sum({amount}) FILTER ({label} = 1)"
    )
    return Summary(*found)


def explain_time(columns: Sequence[Column], typed: Canonical) -> tuple[Column, ...]:
    """Return the columns with the way their time is read added to its reason."""
    return tuple(
        replace(column, why=f"{column.why.split(READ_AS)[0]}{READ_AS}{typed.clock.why}")
        if column.role is Role.TIME and typed.clock.why
        else column
        for column in columns
    )


def _joined(named: dict[str, str]) -> str:
    if not named:
        return "CAST(NULL AS VARCHAR)"
    parts = [words(c) for c in named.values()]
    return parts[0] if len(parts) == 1 else _nullable_join(parts)


def _nullable_join(parts: list[str]) -> str:
    some = " OR ".join(f"{part} IS NOT NULL" for part in parts)
    pieces = ", ".join(f"coalesce({part}, '')" for part in parts)
    return f"CASE WHEN {some} THEN concat_ws({literal(JOIN)}, {pieces}) END"
