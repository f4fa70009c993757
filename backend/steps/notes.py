"""What was decided while a file was read, and what it means for training: said, not hidden."""

from collections.abc import Iterator, Mapping, Sequence

from backend.steps.canonical import Summary
from backend.steps.checkup import Offer, Problem, Severity
from backend.steps.columns import Role, named
from backend.steps.outline import Outline
from backend.steps.recipe import Fix, Kind

FEWEST_FRAUDS = 20  # fewer cannot be split into three parts with any in each
MOST_DISTINCT = 100_000  # different values beyond which most are seen too rarely to be learned
ZONES = {  # currency -> where its payments are likely made
    "€": ("Europe/Berlin", "Europe/Paris"),
    "$": ("America/New_York", "America/Chicago", "America/Los_Angeles"),
    "£": ("Europe/London",),
    "₹": ("Asia/Kolkata",),
    "¥": ("Asia/Tokyo", "Asia/Shanghai"),
    "": ("Europe/Berlin", "America/New_York", "Asia/Kolkata"),
}


def problems(
    outline: Outline, fixes: Sequence[Fix], summary: Summary | None, currency: str
) -> Iterator[Problem]:
    """Yield notes on labels, refunds, times and columns with very many values.

    `summary` is None while it is not known what the labels mean.
    """
    if summary is not None:
        yield from _labels(outline, summary)
    yield from _refunds(outline)
    yield from _zone(outline, fixes, currency)
    yield from _unit(outline)
    yield from _backwards(outline)
    yield from _crowded(outline)


def _labels(outline: Outline, summary: Summary) -> Iterator[Problem]:
    labelled = summary.rows - summary.unlabelled
    frauds, column = summary.frauds, next(iter(named(outline.columns, Role.LABEL)), "")
    needed = f"A model needs at least {FEWEST_FRAUDS} frauds and some legitimate rows"
    if labelled == 0:
        title = "No row has a label"
        detail = "The file can be scored by a model, but none can be trained on it."
    elif frauds in (0, labelled):
        title = "Every label says " + ("fraud" if frauds else "legitimate")
        detail = f"{needed}; the file can still be scored."
    elif frauds < FEWEST_FRAUDS:
        title = f"Only {frauds} {'row is' if frauds == 1 else 'rows are'} fraud"
        detail = f"{needed}: {FEWEST_FRAUDS - frauds} more. The file can still be scored."
    else:
        return
    yield Problem("labels", Severity.WARNING, title, detail, frauds, column)


def _refunds(outline: Outline) -> Iterator[Problem]:
    for name in named(outline.columns, Role.AMOUNT):
        amount = outline.typed.expressions["_amount"]
        below, zero = outline.table.row(
            f"count(*) FILTER ({amount} < 0), count(*) FILTER ({amount} = 0)"
        )
        if not below + zero:
            continue
        yield Problem(
            key=f"refunds:{name}",
            severity=Severity.NOTE,
            title=" and ".join(_amounts({"below zero": below, "zero": zero})),
            detail="Kept as they are: refunds, reversals and checks of a card look like this.",
            count=below + zero,
            column=name,
            examples=outline.where(f"{amount} <= 0", [name]),
        )


def _amounts(counts: Mapping[str, int]) -> Iterator[str]:
    for what, count in counts.items():
        if count:
            yield f"{count:,} amount{'s are' if count > 1 else ' is'} {what}"


def _zone(outline: Outline, fixes: Sequence[Fix], currency: str) -> Iterator[Problem]:
    clock, names = outline.typed.clock, named(outline.columns, Role.TIME)
    if clock.kind != "date" or not clock.naive or any(fix.kind is Kind.ZONE for fix in fixes):
        return
    zones = ZONES.get(currency, ZONES[""])
    yield Problem(
        key="zone",
        severity=Severity.NOTE,
        title=f"{clock.naive:,} times do not say in which time zone they are",
        detail="They are taken as UTC. Where they were written down elsewhere, say so: the hour "
        "of the day follows.",
        count=clock.naive,
        column=names[0],
        examples=outline.where(f"{clock.given} IS NOT NULL", names),
        offers=tuple(
            Offer(f"They are in {zone}", (Fix(Kind.ZONE, names[0], zone),)) for zone in zones
        ),
    )


def _unit(outline: Outline) -> Iterator[Problem]:
    clock, names = outline.typed.clock, named(outline.columns, Role.TIME)
    if not clock.unit:
        return
    yield Problem(
        key="epoch",
        severity=Severity.NOTE,
        title=f"Times are read as {clock.unit} since 1970",
        detail="Their size says so; the dates on this page come from it.",
        count=clock.present - clock.broken,
        column=names[0],
        examples=outline.where(f"{clock.given} IS NOT NULL", names),
    )


def _backwards(outline: Outline) -> Iterator[Problem]:
    names = named(outline.columns, Role.TIME)
    if not names:
        return
    time = outline.typed.expressions["_time"]
    steps = outline.table.selection(f"file_row_number AS row, {time} AS t")
    pairs = steps.selection("row, t, lag(t) OVER () AS before")
    count, first = pairs.row("count(*) FILTER (t < before), min(row, 3) FILTER (t < before)")
    if not count:
        return
    yield Problem(
        key="backwards",
        severity=Severity.NOTE,
        title=f"The rows are not in order of time: it goes back {count:,} time" + "s" * (count > 1),
        detail="They are kept in file order, and put in order of time wherever that matters.",
        count=count,
        column=names[0],
        examples=outline.rows(first, names),
    )


def _crowded(outline: Outline) -> Iterator[Problem]:
    roles = (Role.CATEGORY, Role.TEXT, Role.COUNTERPARTY)
    for column in outline.columns:
        if column.role not in roles or column.distinct <= MOST_DISTINCT:
            continue
        yield Problem(
            key=f"crowded:{column.name}",
            severity=Severity.NOTE,
            title=f"{column.name} has {column.distinct:,} different values",
            detail="Most are seen too rarely to be learned by heart: values share places in the "
            "model, and text is read word by word.",
            count=column.distinct,
            column=column.name,
            offers=(Offer("Leave the column out", (Fix(Kind.ROLE, column.name, Role.IGNORE),)),),
        )
