"""Columns that give the answer away: known only after the fact, or telling it all by themselves.

One column that ranks frauds above the rest with an AUC over 0.98 is rarely a discovery; it is
most often the label again, or something written down because of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from backend.steps import foretold
from backend.steps.canonical import Canonical
from backend.steps.checkup import Example, Offer, Problem, Severity
from backend.steps.columns import Column, Role
from backend.steps.duck import Table
from backend.steps.layout import fold
from backend.steps.outline import Outline, kept, selected
from backend.steps.recipe import Fix, Kind
from backend.steps.values import Style, filled, number, words

TOO_GOOD = 0.98  # area under the ROC curve of one column alone
ALL = 0.9995  # as a percentage with one decimal: 100
FEWEST_FRAUDS = 10  # below this an AUC says nothing
SAMPLE_CELLS = 8_000_000  # legitimate rows times columns looked at
MOST_ROWS, MOST_FRAUDS = 200_000, 100_000
CHOICES = 100  # numbers with so few different values are looked at as categories too
PRIOR_WEIGHT = 1.0  # rows a category's fraud rate is drawn towards the overall rate by
SUSPECT_ROLES = (Role.NUMBER, Role.CATEGORY)
KEY, LEFT_OUT = "leak:", "left-out:"
GIVEN_AWAY = "Left out: "  # begins the reason of a column left out as a suspect

# Folded parts of names that speak of what was found out afterwards. "fraud" and "scam" are no
# part of a name such as fraud_score_of_bank only by accident: those too know the outcome.
AFTERWARDS = (
    "fraud", "scam", "chargeback", "dispute", "flagged", "investigat", "refund", "reversal",
    "confirmed", "verdict", "outcome", "blocked", "scenario",
)  # fmt: skip
BALANCES_AFTER = ("newbalance", "balanceafter", "closingbalance")


@dataclass(frozen=True)
class Suspect:
    """A column a model should not see unless the analyst knows better."""

    column: str
    why: str  # one sentence of evidence, without a full stop
    auc: float | None = None  # of the column alone; None where only its name speaks


def suspects(table: Table, columns: Sequence[Column], typed: Canonical) -> list[Suspect]:
    """Return the numbers and categories that give the answer away, in file order.

    Only columns a model would learn from are looked at. Without a label, or with fewer than
    ten frauds, names alone speak.
    """
    looked_at = [column for column in columns if column.role in SUSPECT_ROLES]
    aucs = single_aucs(table, looked_at, typed)
    found = (_suspect(column, aucs.get(column.name)) for column in looked_at)
    return [suspect for suspect in found if suspect is not None]


def single_aucs(table: Table, columns: Sequence[Column], typed: Canonical) -> dict[str, float]:
    """Return {column: AUC of that column alone, 0.5 to 1} for numbers and categories.

    Measured on the labelled rows: every fraud and a sample of the legitimate ones. Empty
    with fewer than ten frauds or legitimate rows.
    """
    sample = _sample(table, columns, typed)
    if sample is None:
        return {}
    aucs = {}
    for place, column in enumerate(columns):
        name = f"v{place}"
        ranked = [_rank_auc(sample, name)] if column.role is Role.NUMBER else []
        if column.role is Role.CATEGORY or column.distinct <= CHOICES:
            ranked.append(_rate_auc(sample, name))
        aucs[column.name] = max(ranked)
    return aucs


def problems(outline: Outline) -> Iterator[Problem]:
    """Yield a warning for every suspect, with the ways to go."""
    for suspect in suspects(outline.table, outline.columns, outline.typed):
        column, _ = outline.column(suspect.column)
        yield Problem(
            key=KEY + suspect.column,
            severity=Severity.WARNING,
            title=f"{suspect.column} may give the answer away",
            detail=f"{suspect.why}. A model that sees it looks brilliant here and fails in use.",
            column=suspect.column,
            examples=_frauds(outline, suspect.column),
            offers=(
                Offer("Leave it out", (Fix(Kind.ROLE, suspect.column, Role.IGNORE),)),
                Offer("Keep it", (Fix(Kind.KEEP, suspect.column, KEY + suspect.column),)),
                *foretold.offers(column, column.role),
            ),
        )


def without_suspects(
    table: Table, columns: Sequence[Column], typed: Canonical, fixes: Sequence[Fix]
) -> tuple[Column, ...]:
    """Return the columns with every suspect left out of the model, and why.

    A column whose role the analyst chose, or which the analyst wants to keep, stays as it is.
    """
    decided = {fix.column for fix in fixes if fix.kind in (Kind.ROLE, Kind.KEEP)}
    whys = {s.column: s.why for s in suspects(table, columns, typed) if s.column not in decided}
    return tuple(
        replace(column, role=Role.IGNORE, why=f"{GIVEN_AWAY}{_lowered(whys[column.name])}")
        if column.name in whys
        else column
        for column in columns
    )


def left_out(outline: Outline) -> Iterator[Problem]:
    """Yield a problem for every column left out as a suspect, with the way back.

    A warning where its values gave it away, a note where its name did.
    """
    for column in outline.columns:
        why = _why_left_out(column)
        if not why:
            continue
        role = _role_if_used(outline, column)
        back = (Fix(Kind.ROLE, column.name, role), Fix(Kind.KEEP, column.name, KEY + column.name))
        measured = column.why.startswith(GIVEN_AWAY)
        yield Problem(
            key=LEFT_OUT + column.name,
            severity=Severity.WARNING if measured else Severity.NOTE,
            title=f"{column.name} gives the answer away and is left out"
            if measured
            else f"{column.name} is left out of the model",
            detail=f"{why}. Use it only if it is known when a payment is made.",
            column=column.name,
            examples=_frauds(outline, column.name),
            offers=(
                Offer("Keep it left out", (Fix(Kind.KEEP, column.name, LEFT_OUT + column.name),)),
                Offer("Use it", back),
                *foretold.offers(column, role),
            ),
        )


def by_name(name: str) -> str:
    """Return why a column's name says that it was written afterwards; "" when it does not."""
    folded = fold(name)
    if folded.startswith(BALANCES_AFTER):
        return "By its name a balance after the transaction, which the outcome has changed already"
    if any(word in folded for word in AFTERWARDS):
        return "By its name known only after the transaction was judged"
    return ""


def _suspect(column: Column, auc: float | None) -> Suspect | None:
    if auc is not None and auc > TOO_GOOD:
        pairs = f"{'all' if auc > ALL else f'{auc:.1%} of'} pairs (AUC {auc:.3f})"
        why = f"Alone it tells a fraud from a legitimate row in {pairs}"
        return Suspect(column.name, why, auc)
    why = by_name(column.name)
    return Suspect(column.name, why, auc) if why else None


def _why_left_out(column: Column) -> str:
    """Return why a column was left out as a suspect; "" where it was not, or says nothing."""
    says_something = column.distinct > 1 or (column.distinct == 1 and column.missing > 0)
    if column.role is not Role.IGNORE or column.guess or not says_something:
        return ""
    if column.why.startswith(GIVEN_AWAY):
        why = column.why.removeprefix(GIVEN_AWAY)
        return why[0].upper() + why[1:]
    return by_name(column.name)


def _lowered(why: str) -> str:
    return why[0].lower() + why[1:]


def _role_if_used(outline: Outline, column: Column) -> Role:
    _, c = outline.column(column.name)
    present, numbers = outline.table.row(
        f"count({filled(c)}), count({number(words(c), Style.PLAIN)})"
    )
    return Role.NUMBER if column.distinct > 2 and numbers == present else Role.CATEGORY


def _sample(table: Table, columns: Sequence[Column], typed: Canonical) -> Table | None:
    """Keep label `y`, half `h` and one value per column of the rows that are looked at."""
    label = typed.expressions["_label"]
    legitimate, frauds = table.row(f"count(*) FILTER ({label} = 0), count(*) FILTER ({label} = 1)")
    if min(legitimate, frauds) < FEWEST_FRAUDS or not columns:
        return None
    at_most = min(MOST_ROWS, SAMPLE_CELLS // len(columns))
    place = "hash(file_row_number) % 1000000"  # the same rows every time
    some = f"{place} < {1_000_000 * at_most / legitimate:.0f}"
    few = f"{place} < {1_000_000 * MOST_FRAUDS / frauds:.0f}"
    values = [f"{typed.expressions[c.name]} AS v{place}" for place, c in enumerate(columns)]
    what = ", ".join([f"{label} AS y", "hash(file_row_number + 1) % 2 AS h", *values])
    drawn = f"(({label} = 1 AND {few}) OR ({label} = 0 AND {some}))"
    return kept(table, "leak_sample", what, f"{drawn} AND {typed.kept}")


def _rank_auc(sample: Table, value: str) -> float:
    """AUC of a number, whichever end frauds stand at; a missing value ranks below all."""
    auc = _area(sample, value, "sum(y)", "count(*) - sum(y)")
    return max(auc, 1 - auc)


def _rate_auc(sample: Table, value: str) -> float:
    """AUC of a category's fraud rate, each half of the rows ranked by rates of the other.

    A category nobody saw in the other half gets the overall rate, so values that never
    repeat score 0.5 and not 1.
    """
    counts = selected(sample, f"{value} AS v, h, sum(y) AS f, count(*) AS n", then="GROUP BY ALL")
    both = sum(_half_auc(counts, half) for half in (0, 1))
    return max(both / 2, 0.5)


def _half_auc(counts: Table, half: int) -> float:
    mine, others = (selected(counts, "*", f"h {sign} {half}") for sign in ("=", "<>"))
    known, overall = others.row("sum(n), sum(f) / sum(n)")
    if not known:
        return 0.5
    score = f"(coalesce(b.f, 0) + {PRIOR_WEIGHT * overall}) / (coalesce(b.n, 0) + {PRIOR_WEIGHT})"
    joined = f"{mine.source} AS a LEFT JOIN {others.source} AS b ON a.v IS NOT DISTINCT FROM b.v"
    rated = selected(Table(counts.connection, joined), f"a.f AS f, a.n AS n, {score} AS score")
    return _area(rated, "score", "sum(f)", "sum(n) - sum(f)")


def _area(table: Table, score: str, frauds: str, others: str) -> float:
    """Area under the ROC curve, ties counted half; 0.5 where a class is missing."""
    below = (
        f"coalesce(sum({others}) OVER (ORDER BY {score} NULLS FIRST "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)"
    )
    what = f"{frauds} AS f, {others} AS o, {below} AS below"
    ranked = selected(table, what, then=f"GROUP BY {score}")
    area = "sum(f * (below + o / 2.0)) / nullif(sum(f)::DOUBLE * sum(o)::DOUBLE, 0)"
    found = ranked.row(area)[0]
    return 0.5 if found is None else float(found)


def _frauds(outline: Outline, name: str) -> tuple[Example, ...]:
    label = outline.typed.expressions["_label"]
    labels = [column.name for column in outline.columns if column.role is Role.LABEL]
    return outline.where(f"{label} = 1", [*labels, name])
