"""All runs on the page: options against results, what narrows them, and the table of each."""

from collections.abc import Sequence

from backend.comparisons import Comparison
from backend.run_view import Run
from ui.parts import compare_cards, compare_parallel, compare_table
from ui.parts.compare_choice import Choice
from ui.parts.skeleton import panel
from ui.parts.wording import counted


def draw(choice: Choice, comparison: Comparison) -> Sequence[Run]:
    """Draw the runs and return those that the filters leave; A and B always stay."""
    found = compare_parallel.dimensions(comparison, choice.baseline.currency)
    note = "One line per run, from its options on the left to what came of them."
    box = panel("Options and results", note)
    with box:
        place = box.container(gap="small")
        passing = compare_parallel.draw_filters(found)
        kept = {run.id for run in choice.coloured[:2]} | passing
        shown = [run for run in choice.chosen if run.id in kept or not found]
        lines = choice.lines(shown)
        with place:
            compare_parallel.draw(found, [line for line in lines if comparison.of(line.run_id)])
    hidden = len(choice.chosen) - len(shown)
    left = f" {counted(hidden, 'run')} left out by the filters above." if hidden else ""
    with panel("Runs", f"The marks are those of the charts.{left}"):
        compare_table.draw(comparison, choice, lines, compare_cards.has_money(comparison))
        compare_table.draw_left_out(comparison)
    return shown
