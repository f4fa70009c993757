"""Columns that say nothing or say too little: the same in every row, empty, or rounded."""

from collections.abc import Iterator

from backend.steps.canonical import cells
from backend.steps.checkup import Offer, Problem, Severity
from backend.steps.columns import Role
from backend.steps.contents import ROUNDED
from backend.steps.duck import literal
from backend.steps.outline import Outline
from backend.steps.recipe import Fix, Kind

TELLS_WHO = (Role.ENTITY, Role.COUNTERPARTY, Role.ID)
MOST_NAMED = 6  # columns named in one sentence
ROUNDED_KEY = "rounded:"


def constant(outline: Outline) -> Iterator[Problem]:
    """Yield one note for all columns with one value or none."""
    ignored = [c for c in outline.columns if c.role is Role.IGNORE]
    unused = [c for c in ignored if _is_flat(c.distinct, c.missing)]
    if not unused:
        return
    names = ", ".join(column.name for column in unused[:MOST_NAMED])
    more = f" and {len(unused) - MOST_NAMED} more" if len(unused) > MOST_NAMED else ""
    one = len(unused) == 1
    yield Problem(
        key="constant",
        severity=Severity.NOTE,
        title=f"{'1 column says' if one else f'{len(unused)} columns say'} the same in every row",
        detail=f"{names}{more}: nothing can be learned there, so {'it is' if one else 'they are'} "
        "left out.",
        count=len(unused),
        column=unused[0].name if one else "",
    )


def rounded(outline: Outline) -> Iterator[Problem]:
    """Yield a warning for every column of numbers that a spreadsheet rounded to 3.5E+18."""
    for name, c in cells(outline.columns, *TELLS_WHO).items():
        # Looking for two characters first spares millions of rows the pattern.
        spoilt = f"({c} ILIKE '%e+%' AND regexp_matches(trim({c}), {literal(ROUNDED)}))"
        (count,) = outline.table.row(f"count(*) FILTER ({spoilt})")
        if not count:
            continue
        ((kinds,),) = outline.table.rows(f"count(DISTINCT trim({c}))", spoilt)
        yield Problem(
            key=ROUNDED_KEY + name,
            severity=Severity.WARNING,
            title=f"A spreadsheet rounded {count:,} values of {name}",
            detail=f"Only {kinds:,} different ones are left, so parties that differ became one. "
            "Export the file again, and do not open it in a spreadsheet.",
            count=count,
            column=name,
            examples=outline.where(spoilt, [name]),
            offers=(
                Offer("Use it as it is", (Fix(Kind.KEEP, name, ROUNDED_KEY + name),)),
                Offer("Leave it out", (Fix(Kind.ROLE, name, Role.IGNORE),)),
            ),
        )


def _is_flat(distinct: int, missing: float) -> bool:
    return distinct == 0 or (distinct == 1 and missing == 0)
