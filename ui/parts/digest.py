"""What is new, in one sentence, and whose figures stand on Home."""

from collections.abc import Sequence

from backend import champions, runs
from backend.run_view import Run
from backend.states import RunState
from ui.parts import judgement, viewer
from ui.parts.wording import counted, joined, plain


def told_of(every: Sequence[Run]) -> Run | None:
    """Return the run whose figures stand on Home: the champion made last, else the newest judged.

    A baseline that nobody asked for is taken only where there is nothing else. None before
    any run is judged.
    """
    champion = champions.newest()
    if champion:
        return runs.get(champion.run_id)
    judged = [run for run in every if run.metrics.get("test")]
    return next((run for run in judged if not run.automatic), next(iter(judged), None))


def verdict(every: Sequence[Run]) -> str:
    """Return the sentence that answers: what is new?"""
    at_work = sum(run.is_live for run in every)
    if at_work:
        return f"{counted(at_work, 'run')} at work. The pages can be closed meanwhile."
    asked = [run for run in every if not run.automatic]
    if not asked:
        return "Your transactions are here. Train a first model on them, it takes 2 clicks."
    told = told_of(every)
    if asked[0].state is RunState.SUCCEEDED and not asked[0].answers:
        return f"{plain(asked[0].name)} has learned what is usual. A run can start from it."
    if asked[0].metrics.get("test") and told:
        return judgement.verdict(told)
    return f"{plain(asked[0].name)} ended without a model. Its page says why and what was kept."


def evidence(every: Sequence[Run], held: int) -> str:
    """Return what is held, which run the figures are of, and whose clock is shown."""
    told, of = told_of(every), ""
    if told:
        who = "the champion, " if told.champion_since else ""
        of = f"figures of {who}{plain(told.name)}, on {plain(told.dataset_name)}"
    zone = f"times in {viewer.zone_name()}"
    return joined(counted(held, "dataset"), counted(len(every), "run"), of, zone)
