"""What follows from a comparison: the buttons at its head, the likeliest next step first."""

from collections.abc import Sequence

from backend import judgements
from backend.champions import Champion
from backend.comparisons import Comparison
from backend.run_view import Run
from ui.page import go
from ui.parts import champion, decision
from ui.parts.champion import MAKE, SEE
from ui.parts.skeleton import Action

NEW = "new-run"


def actions(run: Run, comparison: Comparison, present: Champion | None) -> list[Action]:
    """Return the buttons for run B: to make it champion comes first only when it is better."""
    standing = comparison.of(run.id)
    if standing is None:
        return [("New run", ":material/add:", "primary", NEW)]
    offered = champion.actions(run, present)
    if standing.better or len(offered) < 2:
        return offered
    order = sorted(offered, key=lambda action: action[-1] != SEE)
    kinds = ("primary", "secondary")
    return [
        (text, icon, kind, key) for (text, icon, _, key), kind in zip(order, kinds, strict=True)
    ]


def press(
    run: Run, comparison: Comparison, present: Champion | None, pressed: Sequence[bool]
) -> None:
    """Do what was pressed, and draw the question before a new champion while it is open."""
    for (*_, key), yes in zip(actions(run, comparison, present), pressed, strict=True):
        if yes and key == NEW:
            go("new_run", dataset=run.dataset_id)
        elif yes and key == SEE:
            go("predictions", run=run.id)
        elif yes and key == MAKE:
            decision.ask(MAKE)
    if comparison.of(run.id) is not None:
        champion.ask(run, judgements.of(run.id), present)
