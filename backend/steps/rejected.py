"""Rows the reader put aside because they are no rows of this table, told reason by reason."""

from collections.abc import Iterator

from backend.steps.checkup import Example, Offer, Problem, Severity
from backend.steps.duck import Table, literal
from backend.steps.outline import MOST_EXAMPLES
from backend.steps.recipe import Fix, Kind

KEY = "rejected:"
LONGEST = 90  # characters of a row in an example
REASONS = {  # code -> (what one row does, what several do, what it means)
    "short": ("has too few cells", "have too few cells", "A delimiter is missing there, or the "
              "row was cut off."),
    "long": ("has too many cells", "have too many cells", "A cell that holds the delimiter must "
             "stand in quotes."),
    "quote": ("has a stray quote", "have a stray quote", "A quote inside a cell must be doubled, "
              "and its cell must stand in quotes."),
    "encoding": ("is no UTF-8 text", "are no UTF-8 text", "Save the file as UTF-8 to bring them "
                 "back."),
    "too_long": ("is too long", "are too long", "A cell holds at most 32 KB."),
}  # fmt: skip
UNKNOWN = ("cannot be read", "cannot be read", "It is not a row of this table.")


def problems(rejects: Table) -> Iterator[Problem]:
    """Yield a warning for each reason, most rows first. Columns: line, reason, column, text."""
    counted = rejects.rows("reason, count(*) AS n", then="GROUP BY reason ORDER BY n DESC, reason")
    for reason, count in counted:
        one, many, meaning = REASONS.get(reason, UNKNOWN)
        yield Problem(
            key=KEY + reason,
            severity=Severity.WARNING,
            title=f"1 row {one}" if count == 1 else f"{count:,} rows {many}",
            detail=f"Put aside, not lost. {meaning}",
            count=count,
            examples=_examples(rejects, reason),
            offers=(Offer("Leave them aside", (Fix(Kind.KEEP, "", KEY + reason),)),),
        )


def _examples(rejects: Table, reason: str) -> tuple[Example, ...]:
    then = f"ORDER BY line LIMIT {MOST_EXAMPLES}"
    found = rejects.rows("line, text", f"reason = {literal(reason)}", then)
    return tuple(Example(int(line), _short(text or "")) for line, text in found)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
