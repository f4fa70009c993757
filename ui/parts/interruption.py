"""A run whose worker was lost, or that was stopped midway: what happened, and how it goes on."""

from backend import queue_view
from backend.run_view import Run
from backend.states import Failure, RunState
from ui.parts import viewer
from ui.parts.skeleton import Badge
from ui.parts.wording import clock, count, plain, time_left

LEFT = "Its worker left"
HAPPENED = {  # class of ending -> what happened, before the time
    Failure.LOST: "Worker lost",
    Failure.CRASH: "Its process broke off",
    Failure.KILLED: "Its process was ended from outside",
    Failure.OOM_HOST: "The machine ran out of memory",
    Failure.OOM_GPU: "The graphics card ran full",
    Failure.HANG: "It stood still and was ended",
    Failure.DAMAGED: "A stored file was damaged",
    Failure.DISK: "The disk was full",
    Failure.FAULT: "It met an error",
}


def was_interrupted(run: Run) -> bool:
    """True while a run that had begun waits to go on."""
    return run.state is RunState.QUEUED and run.attempt > 0


def verdict(run: Run) -> str:
    """Return what happened to a run that waits again or is paused, and from where it goes on."""
    if run.state is RunState.PAUSED_DISK:
        return f"Paused: no room on the disk. Will resume {_place(run)} once there is."
    when = clock(run.interrupted_at, viewer.zone())
    return f"{_happened(run)} at {when}. Will resume {_place(run)}."


def told_of_pause(run: Run) -> str:
    """Return what was short when a run was paused, and how to make room; else nothing."""
    if run.state is not RunState.PAUSED_DISK:
        return ""
    return f"{plain(run.reason or '')} Make room, for example by deleting datasets nobody needs."


def verdict_of_silence(run: Run, seconds: float) -> str:
    """Return what a silent worker means for the run it holds."""
    silent = f"No sign of its worker for {time_left(seconds)}."
    return f"{silent} If it is lost, the run resumes {_place(run)} by itself."


def badges(run: Run) -> list[Badge]:
    """Return what happened to the worker of a run, or from where its newest attempt went on."""
    if was_interrupted(run):
        return [(_happened(run), ":material/link_off:", "orange")]
    silent = queue_view.silence(run)
    if silent is not None:
        words = f"No sign of its worker for {time_left(silent)}"
        return [(words, ":material/sensors_off:", "orange")]
    if run.continues and run.attempt == 0 and run.checkpoint_step:
        return [(_goes_on(run, run.checkpoint_step), ":material/replay:", "gray")]
    if run.state is RunState.RUNNING and has_resumed(run):
        return [(resumed(run), ":material/replay:", "gray")]
    return []


def has_resumed(run: Run) -> bool:
    """True of a run whose newest attempt did not begin it."""
    return run.attempt > 1 or run.resumed_step > 0


def resumed(run: Run) -> str:
    """Return from where the newest attempt of a run went on."""
    if run.attempt == 1:
        return _goes_on(run, run.resumed_step)
    if run.resumed_step:
        return f"Resumed from step {count(run.resumed_step)} (attempt {run.attempt})"
    return f"Begun anew (attempt {run.attempt})"


def _goes_on(run: Run, step: int) -> str:
    return f"Goes on from step {count(step)} of run {run.continues}"


def _happened(run: Run) -> str:
    return HAPPENED.get(run.failure, LEFT) if run.failure else LEFT


def _place(run: Run) -> str:
    """Return from where a run will go on, and with what batch."""
    place = f"from step {count(run.checkpoint_step)}" if run.checkpoint_step else "from the start"
    return f"{place} at half the batch" if run.failure is Failure.OOM_GPU else place
