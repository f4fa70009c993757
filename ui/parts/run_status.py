"""Where a run stands: badges, a verdict on its learning, and the failure card."""

from datetime import UTC, datetime

import pandas as pd

from backend import queue_view, runs
from backend.run_view import Run
from backend.states import RunState
from ui.parts import interruption, judgement, pretraining, viewer
from ui.parts.skeleton import Badge, card, cards
from ui.parts.wording import (
    MISSING,
    STATES,
    age,
    count,
    joined,
    moment,
    ordinal,
    plain,
    share,
    three,
    time_left,
)

SILENT_AFTER = 60.0  # seconds without a point, while learning, that deserve a word
CHECKS = 5  # validation points the verdict looks back on
WORSE = 3  # checks in a row above the lowest loss that mean: it stopped improving


def badges(run: Run, now: datetime | None = None) -> list[Badge]:
    """Return the state of a run as badges, and the age of its last point while it learns."""
    if run.state is RunState.QUEUED:
        place = ordinal(runs.waiting_before(run.id) + 1)
        waits = (f"Waiting, {place} in queue", STATES[run.state][1], STATES[run.state][2])
        return [*interruption.badges(run), waits]
    told = [STATES[run.state], *interruption.badges(run)]
    if run.is_live and run.stop:
        words = "Cancelling" if run.stop == "cancel" else "Stopping, keeping the best"
        told.append((words, ":material/stop_circle:", "gray"))
    if is_learning(run) and run.last_point_at:
        present = now or datetime.now(UTC)
        silent = (present - run.last_point_at).total_seconds() > SILENT_AFTER
        words = f"Last point {age(run.last_point_at, present)}"
        told.append((words, ":material/sensors:", "orange" if silent else "gray"))
    return told


def is_learning(run: Run) -> bool:
    """True while points are expected: the newest step of the job has drawn at least one."""
    if run.state is not RunState.RUNNING or run.last_point_at is None or not run.stages:
        return False
    return run.stages[-1].started_at <= run.last_point_at


def verdict(run: Run, curve: pd.DataFrame) -> str:
    """Return the sentence that answers: is it learning?"""
    if run.state is RunState.RUNNING:
        return _at_work(run, curve)
    if interruption.was_interrupted(run) or run.state is RunState.PAUSED_DISK:
        return interruption.verdict(run)
    if run.state is RunState.QUEUED:
        return "Waits for a worker. You can close this tab, it starts by itself."
    if run.state is RunState.SUCCEEDED:
        return judgement.verdict(run) if run.answers else pretraining.verdict(run, curve)
    if run.state is RunState.CANCELLED and not run.attempt:
        return "Cancelled before it began. Nothing was learned."
    if run.state is RunState.CANCELLED:
        return f"Cancelled at step {count(run.step)}. Nothing of it was kept."
    return f"Stopped at step {count(run.step)} before it finished."


def _at_work(run: Run, curve: pd.DataFrame) -> str:
    if run.stop:
        kept = (
            "No model is kept." if run.stop == "cancel" else "The best weights are kept and scored."
        )
        return f"Stopping at step {count(run.step)}. {kept}"
    silent = queue_view.silence(run)
    if silent is not None:
        return interruption.verdict_of_silence(run, silent)
    if not is_learning(run):
        again = f"{interruption.resumed(run)}. " if interruption.has_resumed(run) else ""
        doing = run.stages[-1].name if run.stages else "Starting"
        far = f", {share(run.share_done)} of the training done" if run.steps_total else ""
        return f"{again}{plain(doing)}{far}."
    return learning(curve[curve["part"] == "validation"]["loss"])


def learning(losses: pd.Series) -> str:
    """Return the verdict on a validation loss so far, from its last checks."""
    known = losses.dropna().reset_index(drop=True)
    if len(known) < 2:
        return "Learning has begun. The first checks on validation rows follow shortly."
    since_best = len(known) - 1 - int(known.to_numpy().argmin())
    if since_best >= WORSE:
        return (
            f"Validation loss has not improved for {since_best} checks. Waiting is hardly worth it."
        )
    steps = known.cummin().diff().tail(CHECKS).dropna()
    better = int((steps < 0).sum())
    worth = "Waiting is likely worth it." if better * 2 > len(steps) else "Gains are getting small."
    return (
        f"Still learning: validation improved in {better} of the last {len(steps)} checks. {worth}"
    )


def evidence(run: Run) -> str:
    """Return the grey line below the verdict: data, run, when, zone."""
    seen_in = viewer.zone()
    when = (
        f"started {moment(run.started_at, seen_in)}"
        if run.started_at
        else (f"asked for {moment(run.created_at, seen_in)}")
    )
    again = f"attempt {run.attempt}" if run.attempt > 1 else ""
    return joined(
        plain(run.dataset_name), plain(run.name), when, again, f"times in {viewer.zone_name()}"
    )


def draw_cards(run: Run, curve: pd.DataFrame) -> None:
    """Draw how far a live or broken-off run is."""
    best = curve["ap"].max()
    left, speed = run.seconds_left, run.rows_per_second
    step = (
        f"step {count(run.step)} of {count(run.steps_total)}"
        if run.steps_total
        else "not planned yet"
    )
    pace = MISSING if speed is None else f"{count(speed)} rows/s"
    cards(
        [
            card("Best validation AP", three(best), _best_at(curve))
            if run.answers
            else card("Loss of guesses", three(_lowest(curve)), "lowest so far"),
            card("Done", share(run.share_done) if run.steps_total else MISSING, step),
            card("Time left", time_left(left) if run.is_live else MISSING, _ends(run)),
            card("Speed", pace, _spent(run)),
        ]
    )


def _lowest(curve: pd.DataFrame) -> float | None:
    losses = curve[curve["part"] == "validation"]["loss"].dropna()
    return None if losses.empty else float(losses.min())


def _best_at(curve: pd.DataFrame) -> str:
    measured = curve[curve["ap"].notna()]
    if measured.empty:
        return "no check yet"
    return f"at step {count(measured.nlargest(1, 'ap')['step'].iloc[0])}"


def _spent(run: Run) -> str:
    if run.started_at is None:
        return "not started"
    until = run.finished_at or datetime.now(UTC)
    return f"after {time_left((until - run.started_at).total_seconds())}"


def _ends(run: Run) -> str:
    if not run.is_live:
        return "ended"
    if run.seconds_left is None:
        return "known after its next steps" if run.attempt else "known after the first steps"
    return "until everything is stored"
