"""Rows that come twice: whole copies, and payments that would stand in training and in test.

A model that has seen a row remembers it. Rows of the test part that look exactly like one of
the training part are answered from memory, so every figure measured on them is too good.
"""

from collections.abc import Iterator

from backend.steps.checkup import Offer, Problem, Severity
from backend.steps.columns import FEATURES, Role
from backend.steps.doubles import fingerprint, id_column
from backend.steps.duck import Table
from backend.steps.outline import MOST_EXAMPLES, Outline, selected
from backend.steps.recipe import Fix, Kind
from backend.steps.split import EDGES

COPIES, ACROSS = "copies", "across-the-split"
WORTH_A_WARNING = 0.01  # share of rows
TELLS_APART = (*FEATURES, Role.AMOUNT, Role.ENTITY, Role.COUNTERPARTY)
PAIR = "count(*) AS n, min(row) AS one, max(row) AS other"
FEWEST_COLUMNS = 3  # rows of fewer columns are alike by chance


def copies(outline: Outline) -> Iterator[Problem]:
    """Yield a problem when rows are alike in every cell.

    Nothing where a column numbers the transactions: that the same number comes twice is a
    finding of its own.
    """
    whole = _whole_rows(outline)
    if whole is None:
        return
    rows, kinds = whole.row("count(*), count(DISTINCT whole)")
    extra = rows - kinds
    if extra == 0:
        return
    yield Problem(
        key=COPIES,
        severity=_severity(extra / rows),
        title=f"{_rows(extra, 'repeats', 'repeat')} another one in every cell",
        detail=f"{_percent(extra / rows)} of all rows. An export made or joined twice looks like "
        "this; separate payments rarely do.",
        count=extra,
        examples=outline.rows(_first_pair(selected(whole, PAIR, then="GROUP BY whole"))),
        offers=(Offer("Keep first of each", (Fix(Kind.ONCE, "", COPIES),)), _let_stand(COPIES)),
    )


def across_the_split(outline: Outline) -> Iterator[Problem]:
    """Yield a problem when rows of the last 15% repeat earlier ones in all but their time.

    Nothing without a time, because whole customers are drawn then, and nothing where a row
    has hardly a column to be told apart by.
    """
    telling = [column for column in outline.columns if column.role in TELLS_APART]
    edge = judged_from(outline.brief)
    if edge is None or len(telling) < FEWEST_COLUMNS:
        return
    groups = _groups(outline, f"time >= {edge!r}")
    late, known = groups.row(f"sum(late), sum(late) FILTER (first < {edge!r})")
    if not known:
        return
    yield Problem(
        key=ACROSS,
        severity=_severity(known / late),
        title=f"{_rows(known, 'repeats', 'repeat')} an earlier one in the test period",
        detail=f"{_percent(known / late)} of the last 15% equal an earlier row in all but the "
        "time. A model that remembers them looks better than it is.",
        count=int(known),
        examples=outline.rows(_first_pair(selected(groups, "*", f"late > 0 AND first < {edge!r}"))),
        offers=(_let_stand(ACROSS),),
    )


def judged_from(brief: Table) -> float | None:
    """Return the time at which the test part begins; None when it is not cut by time."""
    known = "label IS NOT NULL"
    rows, timed, low, high = brief.row(
        f"count(*) FILTER ({known}), count(time) FILTER ({known}), "
        f"min(time) FILTER ({known}), max(time) FILTER ({known})"
    )
    if rows == 0 or timed < rows or low == high:
        return None
    place = (int(EDGES[1] * rows) + 0.5) / rows  # the very row at which steps/split cuts
    return float(brief.row(f"quantile_disc(time, {place}) FILTER ({known})")[0])


def _whole_rows(outline: Outline) -> Table | None:
    """The rows with a fingerprint of their cells; None where a column numbers transactions."""
    (rows,) = outline.table.row("count(*)")
    if id_column(outline.columns, rows) is not None:
        return None
    what = f"file_row_number AS row, {fingerprint(outline.columns)} AS whole"
    return selected(outline.table, what, outline.typed.kept)


def _groups(outline: Outline, late: str) -> Table:
    """Rows that are alike: how many, when first, how many of them late, two row numbers."""
    late = f"count(*) FILTER ({late} AND label IS NOT NULL) AS late"
    what = f"{PAIR}, min(time) AS first, {late}"
    return selected(outline.brief, what, then="GROUP BY alike")


def _first_pair(groups: Table) -> list[int]:
    found = groups.rows("one, other", "n > 1", f"ORDER BY one LIMIT {MOST_EXAMPLES}")
    return [row for pair in found for row in pair][:MOST_EXAMPLES]


def _severity(share: float) -> Severity:
    return Severity.WARNING if share >= WORTH_A_WARNING else Severity.NOTE


def _let_stand(key: str) -> Offer:
    return Offer("Let them stand", (Fix(Kind.KEEP, "", key),))


def _rows(number: int, one: str, many: str) -> str:
    return f"1 row {one}" if number == 1 else f"{number:,} rows {many}"


def _percent(share: float) -> str:
    return f"{share:.2%}" if share < WORTH_A_WARNING else f"{share:.1%}"
