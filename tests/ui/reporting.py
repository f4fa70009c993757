"""A report of two judged runs, made by the real code: what its tests read and open."""

from datetime import UTC, datetime

from backend import comparisons, contenders, runs
from backend.comparisons import Way
from backend.steps.costs import DEFAULTS
from tests.backend.judging import cards, finished
from ui.parts import compare_report
from ui.parts.compare_choice import Choice

MADE = datetime(2026, 11, 26, 9, 12, tzinfo=UTC)


def report() -> bytes:
    """Return the report on a clearly better run B, as the page hands it out."""
    drawn = cards(rows=6_000, share=0.05)
    a, b = (runs.get(finished(drawn, skill)) for skill in (1.2, 2.8))
    offered = tuple(contenders.offered(drawn.dataset_id))
    choice = Choice(offered, offered, a, b, (), None, ())
    comparison = comparisons.compare(offered, a.id, "cost", Way(DEFAULTS), [a.id, b.id])
    return compare_report.build(choice, comparison, choice.lines(offered), MADE)
