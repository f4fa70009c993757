"""What is wrong with the values of a draft: how often, where, and the ways out of it."""

from collections.abc import Iterator, Sequence

from backend.steps.canonical import cells
from backend.steps.checkup import Offer, Problem, Severity
from backend.steps.columns import Role, named
from backend.steps.moments import MOST_BROKEN
from backend.steps.outline import Outline
from backend.steps.quarantine import (
    AMOUNT,
    CONFLICT,
    COPY,
    DUPLICATE,
    FUTURE,
    LABEL,
    NUMBER,
    RANGE,
    TIME,
    TOTAL,
    Check,
)
from backend.steps.recipe import Fix, Kind, meanings
from backend.steps.values import LARGEST, filled, unknown_label

UNKNOWN_LABEL = "label-unknown"
NO_TIME = "time-unread"
MOST_SAID = 3  # unknown labels that get an offer of their own
MOST_MEANINGS = 20  # different unknown labels that can be put aside by one click
ASIDE = "Put aside with the reason, not lost."
TOO_MANY = (
    "Too many to put aside: more than 5% of the rows. Correct them and bring the file again, or "
    "choose a way out in the clinic."
)
TOLD = {  # reason -> (one row, several rows, what it means, what keeping the rows does)
    LABEL: ("1 row has a label you put aside", "{} rows have a label you put aside", ASIDE, ""),
    AMOUNT: (
        "1 amount cannot be read",
        "{} amounts cannot be read",
        f"{ASIDE} An amount is a number such as 1,234.50, $-25.00 or 1.234,50 €.",
        "Keep the rows, without an amount",
    ),
    RANGE: (
        "1 amount is too large",
        "{} amounts are too large",
        f"{ASIDE} No single payment is {LARGEST:,} or more: it may be the number of an account.",
        "Keep the rows, without an amount",
    ),
    TIME: (
        "1 time is impossible",
        "{} times are impossible",
        f"{ASIDE} There is no such day or hour, or it lies centuries away.",
        "Keep the rows, without a time",
    ),
    FUTURE: (
        "1 row lies in the future",
        "{} rows lie in the future",
        f"{ASIDE} They are later than a day from now.",
        "Keep the rows as they are",
    ),
    DUPLICATE: (
        "1 row repeats an earlier row",
        "{} rows repeat an earlier row",
        "The same transaction id and the same cells: kept once, the others are put aside.",
        "Keep the rows as they are",
    ),
    CONFLICT: (
        "1 row shares its transaction id with a different row",
        "{} rows share their transaction id with a different row",
        f"{ASIDE} Nobody can tell which of them is right.",
        "Keep the rows as they are",
    ),
    COPY: (
        "1 row repeats an earlier row in every cell",
        "{} rows repeat an earlier row in every cell",
        "Put aside, as you chose: the first of each is kept.",
        "",
    ),
    TOTAL: (
        "1 row adds up other rows",
        "{} rows add up other rows",
        f"{ASIDE} A total has neither a time nor a label; it is no transaction.",
        "Keep the rows as they are",
    ),
}
CHOSEN = (LABEL, COPY)  # what the analyst puts aside on purpose
OTHER_ROLE = {
    AMOUNT: ("Use the column as text", Role.TEXT),
    RANGE: ("Use the column as an id", Role.ID),
    TIME: ("Use the column as text", Role.TEXT),
    DUPLICATE: ("Use the column as text", Role.TEXT),
    CONFLICT: ("Use the column as text", Role.TEXT),
}


def problems(outline: Outline, fixes: Sequence[Fix]) -> Iterator[Problem]:
    """Yield what is wrong with the values, one problem per reason and column.

    A reason for which more than 5% of the rows would be put aside blocks the file, and so
    does a label nobody has said the meaning of.
    """
    yield from _unknown_labels(outline, fixes)
    yield from _no_time(outline)
    yield from _aside(outline)
    yield from _numbers(outline, {fix.value for fix in fixes if fix.kind is Kind.KEEP})


def _unknown_labels(outline: Outline, fixes: Sequence[Fix]) -> Iterator[Problem]:
    for name, c in cells(outline.columns, Role.LABEL).items():
        unknown = unknown_label(c, meanings(fixes, name))
        found = outline.table.rows(
            f"lower(trim({c})) AS v, count(*) AS n", unknown, "GROUP BY v ORDER BY n DESC, v"
        )
        if not found:
            continue
        values, count = [value for value, _ in found], sum(n for _, n in found)
        shown = ", ".join(f'"{value}"' for value in values[:MOST_SAID])
        more = f" and {len(values) - MOST_SAID:,} more values" if len(values) > MOST_SAID else ""
        yield Problem(
            key=f"{UNKNOWN_LABEL}:{name}",
            severity=Severity.BLOCKING,
            title=_counted(count, "1 label is", "{} labels are") + " neither fraud nor legitimate",
            detail=f"{shown}{more}. Say what they mean; where nobody knows, leave them blank.",
            count=count,
            column=name,
            examples=outline.where(unknown, _telling(outline, name)),
            offers=tuple(_label_offers(name, values)),
        )


def _label_offers(name: str, values: Sequence[str]) -> Iterator[Offer]:
    for value in values[:MOST_SAID]:
        for meaning in ("fraud", "legitimate"):
            fix = Fix(Kind.LABEL, name, f"{value}={meaning}")
            yield Offer(f'Read "{value}" as {meaning}', (fix,))
    if len(values) <= MOST_MEANINGS:
        for label, meaning in (("Put these rows aside", "aside"), ("Nobody knows", "unknown")):
            fixes = tuple(Fix(Kind.LABEL, name, f"{value}={meaning}") for value in values)
            yield Offer(label, fixes)
    yield _leave_out([name])


def _no_time(outline: Outline) -> Iterator[Problem]:
    clock, names = outline.typed.clock, named(outline.columns, Role.TIME)
    if clock.kind != "none" or not clock.present:
        return
    yield Problem(
        key=f"{NO_TIME}:{' + '.join(names)}",
        severity=Severity.BLOCKING,
        title=f'The times cannot be read: "{clock.first_broken}" is not a time',
        detail="They are written in a way we do not know. Write them as 2024-01-31 12:00:00.",
        count=clock.present,
        column=names[0],
        examples=outline.where(f"{clock.given} IS NOT NULL", _telling(outline, *names)),
        offers=(_leave_out(names), _use_as("Use the column as text", names, Role.TEXT)),
    )


def _aside(outline: Outline) -> Iterator[Problem]:
    checks = outline.typed.checks
    if outline.typed.aside == "FALSE":
        return
    judged = checks.judge(outline.table, outline.typed.aside)
    (rows,) = outline.table.row("count(*)")
    times = named(outline.columns, Role.TIME)
    counted = judged.rows(
        "place, count(*), min(file_row_number, 3)", then="GROUP BY place ORDER BY place"
    )
    for place, count, rows_of in counted:
        check = checks.all[place]
        one, many, detail, _ = TOLD[check.reason]
        names = times if check.reason in (TIME, FUTURE) else [*filter(None, [check.column])]
        severity = _severity(check, count, rows)
        yield Problem(
            key=check.key,
            severity=severity,
            title=_counted(count, one, many),
            detail=detail.replace(ASIDE, TOO_MANY) if severity is Severity.BLOCKING else detail,
            count=count,
            column=names[0] if names else "",
            examples=outline.rows(rows_of, _telling(outline, *names)),
            offers=tuple(_ways_out(check, names)),
        )


def _severity(check: Check, count: int, rows: int) -> Severity:
    if check.reason in CHOSEN:
        return Severity.NOTE
    return Severity.BLOCKING if count > MOST_BROKEN * rows else Severity.WARNING


def _ways_out(check: Check, names: Sequence[str]) -> Iterator[Offer]:
    if check.reason in CHOSEN:
        return
    yield Offer(TOLD[check.reason][3], (Fix(Kind.KEEP, names[0] if names else "", check.key),))
    if check.reason in OTHER_ROLE:
        label, role = OTHER_ROLE[check.reason]
        yield _use_as(label, names, role)
    if names:
        yield _leave_out(names)


def _numbers(outline: Outline, kept: set[str]) -> Iterator[Problem]:
    places = cells(outline.columns, Role.NUMBER, Role.TARGET)
    broken = {
        name: f"{filled(c)} IS NOT NULL AND ({outline.typed.numbers[name]}) IS NULL"
        for name, c in places.items()
    }
    if not broken:
        return
    found = outline.table.row(
        ", ".join(
            f"count(*) FILTER ({broken[name]}), count({filled(c)})" for name, c in places.items()
        )
    )
    for at, name in enumerate(places):
        count, present = found[2 * at : 2 * at + 2]
        key = f"{NUMBER}:{name}"
        if not count or key in kept:
            continue
        yield Problem(
            key=key,
            severity=Severity.BLOCKING if count > MOST_BROKEN * present else Severity.NOTE,
            title=_counted(count, "1 number cannot be read", "{} numbers cannot be read"),
            detail=f"{name} counts as missing in these rows; the rows are kept.",
            count=count,
            column=name,
            examples=outline.where(broken[name], [name]),
            offers=(
                Offer("Count them as missing", (Fix(Kind.KEEP, name, key),)),
                _use_as("Use the column as a choice", [name], Role.CATEGORY),
                _leave_out([name]),
            ),
        )


def _leave_out(names: Sequence[str]) -> Offer:
    return _use_as("Leave the column out", names, Role.IGNORE)


def _use_as(label: str, names: Sequence[str], role: Role) -> Offer:
    return Offer(label, tuple(Fix(Kind.ROLE, name, role) for name in names))


def _telling(outline: Outline, *names: str) -> list[str]:
    """Return the columns that stand in an example: what is wrong, then what the row is about."""
    about = (Role.ENTITY, Role.AMOUNT, Role.TIME, Role.LABEL)
    others = [name for role in about for name in named(outline.columns, role)]
    return list(dict.fromkeys([*names, *others]))


def _counted(count: int, one: str, many: str) -> str:
    return one if count == 1 else many.format(f"{count:,}")
