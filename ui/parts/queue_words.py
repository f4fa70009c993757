"""Why a run waits and when it will start, in words."""

from datetime import datetime

from backend import queue_view, runs
from backend.queue_view import Queue, Reason, Waiting
from backend.run_view import Run
from backend.states import RunState
from ui.parts import viewer
from ui.parts.wording import between, clock, counted, joined, plain

AT_ONCE = 60  # seconds within which a start needs no clock
ORDER = "people’s runs by priority, then by place; baselines last"
PLAIN = {
    Reason.NO_WORKER: "No worker is alive. It starts by itself once one is.",
    Reason.DRAINING: "Every worker that could take it takes no more runs.",
    Reason.DISK: "There is no room on the disk. It goes on by itself once there is.",
    Reason.SOON: "A worker takes it within seconds.",
}


def why(waiting: Waiting) -> str:
    """Return the sentence that answers: why am I waiting?"""
    run, other = waiting.run, waiting.behind
    if waiting.reason is Reason.DEVICES:
        return f"It asks for {run.devices} devices at the same time, and no worker has them."
    if waiting.reason is Reason.LATER:
        until = clock(run.waits_until, viewer.zone())
        return f"Waits until {until} after a crash, then it is tried again."
    if waiting.reason is Reason.BEHIND and other:
        return f"Run {other.id}, {plain(other.name)}, goes before it."
    if waiting.reason is Reason.BUSY and other:
        return f"Waits for the worker that is at work on run {other.id}, {plain(other.name)}."
    return PLAIN[waiting.reason]


def when(waiting: Waiting, at: datetime) -> str:
    """Return when a run is expected to start: "starts 14:20 to 14:26"; nothing if unknown."""
    if waiting.starts is None:
        return ""
    (earliest, latest), seen_in = waiting.starts, viewer.zone()
    first = clock(earliest, seen_in)
    if latest is None:
        return f"starts {first} at the earliest"
    if (latest - at).total_seconds() < AT_ONCE:
        return "starts within a minute"
    last = clock(latest, seen_in)
    return f"starts about {first}" if first == last else f"starts {first} to {last}"


def takes(waiting: Waiting) -> str:
    """Return how long a run will take, as past runs did; nothing without any."""
    return f"takes {between(*waiting.takes)} here" if waiting.takes else ""


def told_of(run: Run) -> str:
    """Return why one run waits and until when; nothing when it does not."""
    if run.state is not RunState.QUEUED:
        return ""
    queue = queue_view.look()
    waiting = next((each for each in queue.waiting if each.run.id == run.id), None)
    if waiting is None:
        return ""
    foreseen = " and ".join(filter(None, (when(waiting, queue.at), takes(waiting))))
    return f"{why(waiting)} It {foreseen}." if foreseen else why(waiting)


def ahead() -> str:
    """Return how many runs a new one would wait behind; nothing when none waits."""
    before = sum(not run.automatic for run in runs.queued())
    return f"{counted(before, 'run waits', 'runs wait')} before it" if before else ""


def verdict(queue: Queue) -> str:
    """Return the sentence that answers: who waits, and until when?"""
    alive = any(worker.is_alive for worker in queue.workers)
    line = [waiting for waiting in queue.waiting if waiting.place]
    if line:
        waits = counted(len(line), "run waits", "runs wait")
        if not alive:
            return f"{waits}, because no worker is alive."
        start = when(line[0], queue.at)
        return f"{waits}. The next one {start}." if start else f"{waits}. {why(line[0])}"
    if not alive:
        return "Nothing waits, and no worker is alive. A new run would wait for one."
    free = any(
        worker.is_alive
        and not worker.draining
        and worker.run_id is None
        and worker.name not in queue.piecework
        for worker in queue.workers
    )
    soon = "A new run starts at once." if free else "A new run starts when a worker is free."
    if queue.working:
        return f"{counted(len(queue.working), 'run')} at work and 0 waiting. {soon}"
    return f"Nothing waits. {soon}"


def evidence(queue: Queue) -> str:
    """Return how many work, in which order runs are taken, and whose clock is shown."""
    alive = [worker for worker in queue.workers if worker.is_alive]
    busy = sum(worker.run_id is not None or worker.name in queue.piecework for worker in alive)
    paused = sum(not waiting.place for waiting in queue.waiting)
    late = "the broker does not answer, so starts come later" if queue.is_late else ""
    return joined(
        f"{busy} of {counted(len(alive), 'worker')} at work",
        f"{counted(paused, 'run')} paused for lack of room" if paused else "",
        ORDER,
        late,
        f"times in {viewer.zone_name()}",
    )
