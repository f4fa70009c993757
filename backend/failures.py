"""Why a run ended badly: the cause, what was kept, and one safe next step, in words to act on."""

from dataclasses import dataclass
from enum import StrEnum

from backend import checkpoints, offers, runs
from backend.run_view import Run
from backend.states import Failure, RunState

RATE = "learning_rate"  # the option of every family that learns in steps


class Step(StrEnum):
    """What an analyst can safely do after a bad ending."""

    AGAIN = "again"  # the same once more
    GO_ON = "go on"  # the same, from its last checkpoint
    GENTLER = "gentler"  # the same at half the learning rate
    SMALLER = "smaller"  # choose something that needs less
    DATA = "data"  # look at the dataset
    ROOM = "room"  # see what could be deleted


@dataclass(frozen=True)
class Explanation:
    """One bad ending in words."""

    title: str
    cause: str
    kept: str
    step: Step


TOLD = {  # class of ending -> title, cause where the run itself gives none, next step
    Failure.CRASH: (
        "The training process broke off",
        "It ended by itself more often than is tried again. The fault is not in your data.",
        Step.AGAIN,
    ),
    Failure.KILLED: (
        "The training process was ended from outside",
        "Somebody, or the machine's own guard, ended it.",
        Step.AGAIN,
    ),
    Failure.LOST: (
        "The worker was lost too often",
        "It fell silent each time, as a machine does that is switched off or runs out of memory.",
        Step.SMALLER,
    ),
    Failure.OOM_HOST: (
        "The machine ran out of memory",
        "The run asks for more memory than this machine has.",
        Step.SMALLER,
    ),
    Failure.OOM_GPU: (
        "The graphics card ran out of memory",
        "It did so at half the batch as well, with the effective batch unchanged.",
        Step.SMALLER,
    ),
    Failure.HANG: (
        "The training stood still",
        "Its process was alive and took no step for too long, so it was ended.",
        Step.AGAIN,
    ),
    Failure.DISK: (
        "There was no room on the disk",
        "The disk of the data folder is full.",
        Step.ROOM,
    ),
    Failure.BAD_DATA: (
        "The dataset cannot be learned from as it is",
        "Something in it stands in the way.",
        Step.DATA,
    ),
    Failure.DIVERGED: (
        "The loss stopped being a number",
        "The steps were too large, or values in the data are extreme.",
        Step.GENTLER,
    ),
    Failure.DAMAGED: (
        "A stored file is damaged",
        "A file differs from what was written. It was noticed before anything was made of it.",
        Step.AGAIN,
    ),
    Failure.FAULT: (
        "Something broke on our side",
        "The training met an error nobody foresaw. It has been logged.",
        Step.AGAIN,
    ),
}


def explain(run: Run) -> Explanation:
    """Return why a run did not succeed, what was kept of it, and what can safely be done."""
    title, cause, step = TOLD[_class(run)]
    if step is Step.GENTLER and _rate(run) is None:
        step = Step.DATA
    if step is Step.AGAIN and run.checkpoint_step:
        step = Step.GO_ON
    if run.reason and run.state is not RunState.QUARANTINED:  # its reason only counts the crashes
        cause = run.reason
    return Explanation(title, cause, _kept(run), step)


def launch_again(run: Run, step: Step) -> int:
    """Launch what a run was once more, changed as `step` says; return the number of that run.

    Pressing twice gives the same run. Raises OptionsRefused when no live worker offers its
    family, and what `runs.launch` raises.
    """
    changed, rate = {}, _rate(run)
    if step is Step.GENTLER and rate is not None:
        changed[RATE] = rate / 2
    chosen, key = {**run.options, **changed}, f"again-{run.id}"
    origin = checkpoints.origin(run.id) if step is Step.GO_ON else None
    return runs.launch(run.dataset_id, run.family, run.preset, chosen, key, continues=origin)


def _class(run: Run) -> Failure:
    if run.failure:
        return run.failure
    return {
        RunState.FAILED_DIVERGED: Failure.DIVERGED,
        RunState.QUARANTINED: Failure.LOST,
    }.get(run.state, Failure.FAULT)


def _kept(run: Run) -> str:
    if not run.step:
        return "The dataset was kept. Nothing had been learned yet."
    saved = f" and its checkpoint of step {run.checkpoint_step:,}" if run.checkpoint_step else ""
    return f"The dataset, the curve up to step {run.step:,}{saved} were kept. No model came of it."


def _rate(run: Run) -> float | None:
    """The learning rate a run was launched with; None for a family that has none."""
    known = {offer.family: offer.options for offer in offers.live()}
    field = known.get(run.family, {}).get("properties", {}).get(RATE, {})
    rate = run.options.get(RATE, field.get("default"))
    return float(rate) if isinstance(rate, int | float) else None
