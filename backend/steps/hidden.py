"""What the firewall hid before anything was stored, told column by column."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backend.steps.checkup import Offer, Problem, Severity
from backend.steps.columns import Column
from backend.steps.recipe import Fix, Kind

MOST_NAMED = 5  # columns named in one title
AGAIN = "The numbers themselves are gone: delete this draft then, and drop the file again."


def problems(protected: Mapping[str, Any], columns: Sequence[Column]) -> Iterator[Problem]:
    """Yield a note on what was dropped, one on what is sealed, one per column with cards.

    `protected` is {header: {"cards": cells, "dropped": bool, "sealed": cells}}, as the
    firewall reports it; headers it does not name hold nothing to hide.
    """
    reports = {c: protected[c.name] for c in columns if c.name in protected}
    dropped = [column for column, report in reports.items() if report.get("dropped")]
    if dropped:
        yield _dropped(dropped)
    sealed = {c: int(report["sealed"]) for c, report in reports.items() if report.get("sealed")}
    if sealed:
        yield _sealed(sealed)
    for column, report in reports.items():
        if report.get("cards"):
            yield _cards(column, int(report["cards"]))


def _dropped(columns: Sequence[Column]) -> Problem:
    return Problem(
        key="dropped",
        severity=Severity.NOTE,
        title=_listed(columns, "was dropped", "were dropped"),
        detail="Security codes, PINs and tracks of a card must not be kept. Nothing of them was "
        "stored, shown or logged.",
        column=columns[0].name if len(columns) == 1 else "",
    )


def _sealed(cells: Mapping[Column, int]) -> Problem:
    columns, count = list(cells), sum(cells.values())
    return Problem(
        key="sealed",
        severity=Severity.NOTE,
        title=_listed(columns, "is sealed", "are sealed"),
        detail=f"{count:,} {'cell names' if count == 1 else 'cells name'} people. They are kept "
        "encrypted, no model learns from them, and no page shows them.",
        count=count,
        column=columns[0].name if len(columns) == 1 else "",
    )


def _listed(columns: Sequence[Column], one: str, many: str) -> str:
    names = [column.name for column in columns[:MOST_NAMED]]
    more = len(columns) - len(names)
    last = f"{more} more" if more else names.pop() if len(names) > 1 else ""
    told = ", ".join(names) + (f" and {last}" if last else "")
    return f"{told} {one if len(columns) == 1 else many}"


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
