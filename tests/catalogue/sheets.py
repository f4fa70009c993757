"""CSVs as they lie on an analyst's desk: good ones, and good ones with something changed."""

from collections.abc import Mapping, Sequence

HEADER = ("id", "when", "card", "shop", "amount", "is_fraud")
ROWS = 40
Changes = Mapping[int, Mapping[str, str]]


def cells(row: int) -> dict[str, str]:
    """Return an ordinary transaction: one in four is fraud, five cards, three shops."""
    return {
        "id": f"t{row:05}",
        "when": f"2024-01-{row % 28 + 1:02} {row // 28 % 24:02}:{row // 672 % 60:02}:00",
        "card": f"C{row % 5}",
        "shop": f"shop {row % 3}",
        "amount": f"{row + 1}.50",
        "is_fraud": str(int(row % 4 == 0)),
    }


def table(
    rows: int = ROWS, changes: Changes | None = None, extra: Mapping[str, str] | None = None
) -> list[list[str]]:
    """Return header and rows; `changes` by row and header, `extra` columns hold {row}."""
    more = extra or {}
    found = [[*HEADER, *more]]
    for row in range(rows):
        whole = cells(row) | {name: text.format(row=row) for name, text in more.items()}
        found.append(list((whole | dict((changes or {}).get(row, {}))).values()))
    return found


def csv(lines: Sequence[Sequence[str]], delimiter: str = ",", end: str = "\n") -> str:
    """Return lines as a CSV; the cells are written as they stand."""
    return "".join(delimiter.join(line) + end for line in lines)


def good(rows: int = ROWS) -> str:
    """Return a CSV without a fault."""
    return csv(table(rows))


def with_lines(*added: str, at: int = 20) -> str:
    """Return a good CSV with lines put in: the first becomes line `at` of the file."""
    lines = good().splitlines()
    return "\n".join([*lines[: at - 1], *added, *lines[at - 1 :]]) + "\n"


def changed(changes: Changes, rows: int = ROWS) -> str:
    """Return a good CSV with some cells changed. Row n stands in line n + 2."""
    return csv(table(rows, changes))


def as_bytes(given: str | bytes) -> bytes:
    """Return a file as it is sent."""
    return given.encode() if isinstance(given, str) else given
