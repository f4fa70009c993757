"""Roles become typed columns: the text table is written as the Parquet every run reads.

Layout: `_row` int64 (data row, 0-based, in file order, among readable rows), `_label` int8
(1 fraud, 0 legitimate, null unlabelled), `_amount` double, `_time` double (seconds: since
1970 in UTC for dates, else since the start), `_entity`, `_counterparty` string; `_kind` string
(of fraud) and `_target` double (to be predicted) where a column has this role; then one column
per category, text and id (string) and number (double), under its own header.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from backend.steps import doubles
from backend.steps.columns import Column, Role, named
from backend.steps.decimals import Decimals, read_decimals
from backend.steps.duck import Table, literal, quoted
from backend.steps.moments import Clock, outside, read_clock
from backend.steps.normalise import cell
from backend.steps.quarantine import AMOUNT, FUTURE, LABEL, RANGE, TIME, TOTAL, Check, Checks
from backend.steps.recipe import Fix, Kind, meanings
from backend.steps.values import amount, filled, label, label_aside, number, spoken, words

JOIN = "|"  # between the parts of an entity that several columns make up
OWN = dict.fromkeys((Role.CATEGORY, Role.TEXT, Role.ID, Role.SEALED, Role.KIND), words)
STORED_AS = {Role.KIND: "_kind", Role.TARGET: "_target"}  # all others under their own header
NUMBERS = (Role.AMOUNT, Role.NUMBER, Role.TARGET)
DAY = 86_400
ASIDE = "_aside"
READ_AS = "; read as "
LEADING = 3  # columns in one of which a row of totals says so
TOTALS = r"(?i)((grand |sub[ -]?)?totals?|sums?|summe|(ins)?gesamt|somme|totale?|suma)\s*:?"


@dataclass(frozen=True)
class Canonical:
    """How a text table is typed. Every entry of `expressions` is SQL over the text table."""

    expressions: dict[str, str]  # Parquet column -> expression, in order
    numbers: dict[str, str]  # header of a column of numbers -> expression
    clock: Clock
    decimals: Decimals = field(default_factory=Decimals)
    checks: Checks = field(default_factory=Checks)  # why rows are put aside
    aside: str = "FALSE"  # boolean SQL over the text table: this row is put aside

    @property
    def projection(self) -> str:
        """The whole as one SELECT list."""
        return ", ".join(f"{sql} AS {quoted(name)}" for name, sql in self.expressions.items())

    @property
    def kept(self) -> str:
        """Boolean SQL over the text table: this row is not put aside."""
        return f"NOT {self.aside}"

    def rows(self, table: Table) -> Table:
        """Return the typed rows that are kept: columns as the Parquet will have them."""
        return table.selection(self.projection, self.kept)


@dataclass(frozen=True)
class Summary:
    """Counts and sums over the rows that are kept, and how many are not."""

    rows: int = 0
    frauds: int = 0
    unlabelled: int = 0
    first_time: float | None = None
    last_time: float | None = None
    fraud_amount: float | None = None  # null without an amount or a label
    aside: int = 0  # rows put aside for what their values say


def cells(columns: Sequence[Column], *roles: Role) -> dict[str, str]:
    """Return {header: SQL name in the text table} of the columns with these roles."""
    places = enumerate(columns)
    return {column.name: cell(place) for place, column in places if column.role in roles}


def canonical(
    table: Table, columns: Sequence[Column], fixes: Sequence[Fix] = (), now: float | None = None
) -> Canonical:
    """Decide how each column of a text table is typed, and which rows are put aside.

    By its role, by what it holds, and by `fixes`: what the analyst has said about dates,
    numbers, zones and labels. Rows later than a day after `now` (seconds since 1970; None:
    this machine's clock) are put aside, and so are those whose amount or time cannot be.
    """
    numeric, amounts = cells(columns, *NUMBERS), named(columns, Role.AMOUNT)
    decimals = read_decimals(table, numeric, amounts, fixes)
    numbers = {name: number(words(c), decimals.styles[name]) for name, c in numeric.items()}
    clock = read_clock(table, list(cells(columns, Role.TIME).items()), fixes)
    stand = {fix.value for fix in fixes if fix.kind is Kind.KEEP}
    labels = [label(c, meanings(fixes, name)) for name, c in cells(columns, Role.LABEL).items()]
    expressions = {
        "_row": "file_row_number",
        "_label": labels[0] if labels else "CAST(NULL AS TINYINT)",
        "_amount": amount(numbers[amounts[0]]) if amounts else "CAST(NULL AS DOUBLE)",
        "_time": f"CAST({_seconds(columns, clock, stand)} AS DOUBLE)",
        "_entity": _joined(cells(columns, Role.ENTITY)),
        "_counterparty": _joined(cells(columns, Role.COUNTERPARTY)),
    }
    for place, column in enumerate(columns):
        if column.role in OWN:
            expressions[STORED_AS.get(column.role, column.name)] = OWN[column.role](cell(place))
        elif column.role in (Role.NUMBER, Role.TARGET):
            expressions[STORED_AS.get(column.role, column.name)] = numbers[column.name]
    checks = _checks(columns, numbers, clock, fixes, time.time() if now is None else now)
    once = any(fix.kind is Kind.ONCE for fix in fixes)
    every = (*checks.all, *doubles.checks(table, columns, once))
    checks = replace(checks, all=tuple(check for check in every if check.key not in stand))
    return Canonical(expressions, numbers, clock, decimals, checks, checks.mark(table))


def summarise(table: Table, typed: Canonical) -> Summary:
    """Count what a text table holds once typed."""
    own = ", ".join(
        f"{typed.expressions[name]} AS {name}" for name in ("_label", "_amount", "_time")
    )
    rows = table.selection(f"{own}, {typed.aside} AS {ASIDE}")
    kept = f"NOT {ASIDE}"
    found = rows.row(
        f"count(*) FILTER ({kept}), count(*) FILTER ({kept} AND _label = 1), "
        f"count(*) FILTER ({kept} AND _label IS NULL), "
        f"min(_time) FILTER ({kept}), max(_time) FILTER ({kept}), "
        f"sum(_amount) FILTER ({kept} AND _label = 1), count(*) FILTER ({ASIDE})"
    )
    return Summary(*found)


def _seconds(columns: Sequence[Column], clock: Clock, stand: set[str]) -> str:
    if f"{TIME}:{_times(columns)}" not in stand:
        return clock.seconds
    return f"CASE WHEN NOT {outside(clock, clock.seconds)} THEN {clock.seconds} END"


def _times(columns: Sequence[Column]) -> str:
    return " + ".join(named(columns, Role.TIME))


def _checks(
    columns: Sequence[Column],
    numbers: dict[str, str],
    clock: Clock,
    fixes: Sequence[Fix],
    now: float,
) -> Checks:
    parts, found = {}, []
    if adds_up := _adds_up(columns, clock):
        parts["_adds_up"] = adds_up
        found.append(Check(TOTAL, "", "_adds_up"))
    for name, c in cells(columns, Role.LABEL).items():
        if "aside" in (said := meanings(fixes, name)).values():
            parts["_aside_label"] = label_aside(c, said)
            found.append(Check(LABEL, name, "_aside_label"))
    for name, c in cells(columns, Role.AMOUNT).items():
        parts |= {"_spoken": spoken(c), "_number": numbers[name]}
        found.append(Check(AMOUNT, name, "_spoken AND _number IS NULL"))
        found.append(Check(RANGE, name, f"_number IS NOT NULL AND {amount('_number')} IS NULL"))
    if clock.kind != "none":
        parts |= {"_given": f"{clock.given} IS NOT NULL", "_seconds": clock.seconds}
        found.append(Check(TIME, _times(columns), f"_given AND {outside(clock, '_seconds')}"))
    if clock.kind == "date":
        found.append(Check(FUTURE, _times(columns), f"_seconds > {now + DAY}"))
    return Checks(parts, tuple(found))


def _adds_up(columns: Sequence[Column], clock: Clock) -> str:
    """Boolean SQL: this row has neither a time nor a label, and says that it is a total.

    Empty for a file without either: there a shop called Total is a shop.
    """
    must = [filled(c) for c in cells(columns, Role.LABEL).values()]
    must += [clock.given] if clock.kind != "none" else []
    first = [words(cell(at)) for at, column in enumerate(columns) if column.role is not Role.SEALED]
    if not must or not first:
        return ""
    blank = " AND ".join(f"{each} IS NULL" for each in must)
    says = f"regexp_full_match(coalesce({', '.join(first[:LEADING])}, ''), {literal(TOTALS)})"
    return f"(CASE WHEN {blank} THEN {says} ELSE FALSE END)"


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
