"""What the firewall hid before anything was stored, told column by column."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backend.steps.checkup import Offer, Problem, Severity
from backend.steps.columns import Column
from backend.steps.recipe import Fix, Kind

AGAIN = "The numbers themselves are gone, so drop the file again after that."


def problems(protected: Mapping[str, Any], columns: Sequence[Column]) -> Iterator[Problem]:
    """Yield a note for every column in which something was hidden.

    `protected` is {header: {"cards": cells, "dropped": bool, "sealed": cells}}, as the
    firewall reports it; headers it does not name hold nothing to hide.
    """
    for column in columns:
        report = protected.get(column.name, {})
        if report.get("dropped"):
            yield _dropped(column)
        elif report.get("sealed"):
            yield _sealed(column, int(report["sealed"]))
        elif report.get("cards"):
            yield _cards(column, int(report["cards"]))


def _dropped(column: Column) -> Problem:
    return Problem(
        key="dropped:" + column.name,
        severity=Severity.NOTE,
        title=f"{column.name} was dropped",
        detail="Security codes, PINs and tracks of a card must not be kept. Nothing of this "
        "column was stored, shown or logged.",
        column=column.name,
    )


def _sealed(column: Column, cells: int) -> Problem:
    return Problem(
        key="sealed:" + column.name,
        severity=Severity.NOTE,
        title=f"{column.name} is sealed",
        detail=f"{cells:,} {'value names' if cells == 1 else 'values name'} people. They are kept "
        "encrypted, no model learns from them, and no page shows them.",
        count=cells,
        column=column.name,
    )


def _cards(column: Column, cells: int) -> Problem:
    numbers = "1 card number" if cells == 1 else f"{cells:,} card numbers"
    return Problem(
        key="cards:" + column.name,
        severity=Severity.NOTE,
        title=f"{numbers} in {column.name} became tokens",
        detail="The same card always gets the same token, so its payments stay together. "
        f"If they are no cards, say so. {AGAIN}",
        count=cells,
        column=column.name,
        offers=(Offer("These are no cards", (Fix(Kind.OPEN, column.name, "numbers"),)),),
    )
