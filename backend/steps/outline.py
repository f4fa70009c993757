"""A draft laid open for looking: its text, how it is typed, and a short row per transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from backend.steps.canonical import Canonical
from backend.steps.checkup import Example
from backend.steps.columns import FEATURES, Column, Role
from backend.steps.duck import Table
from backend.steps.masking import shown
from backend.steps.normalise import cell

MOST_EXAMPLES = 3
MOST_SHOWN = 5  # columns of a row that stand in an example
LONGEST = 60  # characters of a cell in an example
BRIEF = "brief"
SHOWN = (Role.ENTITY, Role.COUNTERPARTY, Role.AMOUNT, Role.TEXT, Role.LABEL, Role.TIME)
EQUALS = ("_amount", "_entity", "_counterparty")


@dataclass(frozen=True)
class Outline:
    """What every finding looks at. The text table is read once for `brief`."""

    table: Table  # text, one column per header, with file_row_number
    columns: tuple[Column, ...]
    typed: Canonical
    line_of: Callable[[int], int]  # data row (0-based) -> 1-based physical line

    @cached_property
    def brief(self) -> Table:
        """Row numbers, labels and times of every row that is kept, with a fingerprint.

        Columns: row int64, label int8 or null, time double or null, alike (a fingerprint of
        everything a model would see but the time).
        """
        typed = self.typed.expressions
        features = [typed[c.name] for c in self.columns if c.role in FEATURES and c.name in typed]
        alike = ", ".join([*(typed[name] for name in EQUALS), *features])
        what = (
            f"file_row_number AS row, {typed['_label']} AS label, {typed['_time']} AS time, "
            f"hash({alike}) AS alike"
        )
        return kept(self.table, BRIEF, what, self.typed.kept)

    def column(self, name: str) -> tuple[Column, str]:
        """Return a column and its SQL name in the text table."""
        place = next(i for i, column in enumerate(self.columns) if column.name == name)
        return self.columns[place], cell(place)

    def rows(self, numbers: Sequence[int], names: Sequence[str] = ()) -> tuple[Example, ...]:
        """Return up to three data rows as examples, the named columns of each, in file order.

        Without names: the parties, the amount, the text, the label and the time.
        """
        wanted = sorted(numbers)[:MOST_EXAMPLES]
        chosen = [self.column(name) for name in names or self._telling()][:MOST_SHOWN]
        if not wanted or not chosen:
            return ()
        places = ", ".join(str(int(number)) for number in wanted)
        what = ", ".join(["file_row_number", *(c for _, c in chosen)])
        found = self.table.rows(what, f"file_row_number IN ({places})")
        return tuple(
            Example(self.line_of(row), _told([column for column, _ in chosen], values))
            for row, *values in sorted(found)
        )

    def where(self, condition: str, names: Sequence[str] = ()) -> tuple[Example, ...]:
        """Return the first three rows of the text table that meet a condition, as examples."""
        then = f"ORDER BY file_row_number LIMIT {MOST_EXAMPLES}"
        found = self.table.rows("file_row_number", condition, then)
        return self.rows([row for (row,) in found], names)

    def _telling(self) -> list[str]:
        return [c.name for role in SHOWN for c in self.columns if c.role is role]


def selected(table: Table, what: str, where: str = "TRUE", then: str = "") -> Table:
    """Return a selection of a table as a table of its own, worked out whenever it is asked."""
    words = ("(SELECT", what, "FROM", table.source, "WHERE", where, then, ")")
    return Table(table.connection, " ".join(words))


def kept(table: Table, name: str, what: str, where: str = "TRUE") -> Table:
    """Store a selection of a table under a name, in place of what the name held before."""
    source = selected(table, what, where).source
    table.connection.execute(" ".join(("CREATE OR REPLACE TEMP TABLE", name, "AS FROM", source)))
    return Table(table.connection, name)


def _told(columns: Sequence[Column], values: Sequence[str | None]) -> str:
    pairs = zip(columns, values, strict=True)
    return ", ".join(f"{column.name} {_cell(column, value)}" for column, value in pairs)


def _cell(column: Column, value: str | None) -> str:
    text = " ".join((value or "").split())
    if not text:
        return "is empty"
    text = shown(text, column.role)
    return f"“{text if len(text) <= LONGEST else text[:LONGEST] + '…'}”"
