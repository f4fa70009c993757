"""How frauds lie in a file: whether the last part can be judged, and whether the rate is true."""

from collections.abc import Iterator

from backend.steps.checkup import Offer, Problem, Severity
from backend.steps.outline import Outline
from backend.steps.recipe import Fix, Kind
from backend.steps.repeats import judged_from
from backend.steps.split import EDGES

QUIET_END, SAMPLED = "no-fraud-at-the-end", "sampled"
FEWEST_IN_TEST = 10  # frauds in the test part, below which luck decides the figures
UNREAL_RATE = 0.05  # share of frauds that no stream of payments has


def quiet_end(outline: Outline) -> Iterator[Problem]:
    """Yield a warning when the last 15% by time hold none or hardly any of the frauds."""
    edge = judged_from(outline.brief)
    if edge is None:
        return
    frauds, late, rows = outline.brief.row(
        f"count(*) FILTER (label = 1), count(*) FILTER (label = 1 AND time >= {edge!r}), "
        f"count(*) FILTER (label IS NOT NULL AND time >= {edge!r})"
    )
    if not frauds or late >= FEWEST_IN_TEST:
        return
    last = outline.brief.rows("row", "label = 1", "ORDER BY time DESC LIMIT 3")
    yield Problem(
        key=QUIET_END,
        severity=Severity.WARNING,
        title=f"The last {1 - EDGES[1]:.0%} by time hold {_some(late)} of the {frauds:,} frauds",
        detail=f"A model is tested on those {rows:,} rows: with fewer than {FEWEST_IN_TEST} "
        "frauds luck decides its figures. Labels may not have arrived yet.",
        count=late,
        examples=outline.rows([row for (row,) in last]),
        offers=(Offer("It was so", (Fix(Kind.KEEP, "", QUIET_END),)),),
    )


def sampled(outline: Outline) -> Iterator[Problem]:
    """Yield a note when so many rows are fraud that the legitimate ones must be a sample."""
    frauds, labelled = outline.brief.row("count(*) FILTER (label = 1), count(label)")
    if not labelled or frauds / labelled < UNREAL_RATE:
        return
    yield Problem(
        key=SAMPLED,
        severity=Severity.NOTE,
        title=f"{frauds / labelled:.0%} of the labelled rows are fraud",
        detail="Streams of payments have far fewer. If legitimate rows were left out, alerts "
        "and precision measured here are too good.",
        count=frauds,
    )


def _some(number: int) -> str:
    return f"only {number}" if number else "none"
