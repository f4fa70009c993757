"""The losses of several runs side by side: over steps, time or epochs, smoothed and thinned."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import and_, select

from backend.run_view import Run
from backend.steps.curve import extremes, smoothed
from db import Point, transaction
from db import Run as RunRow

AT_MOST = 300  # points drawn of one curve
AXES = ("step", "seconds", "epoch")
COLUMNS = ["run_id", "x", "y", "raw"]


@dataclass(frozen=True)
class Losses:
    """What is drawn of the losses of runs, and how much was left out of the drawing."""

    points: pd.DataFrame  # run_id, x, y (smoothed), raw (as recorded); by run, then by x
    recorded: int  # points there are of these runs in this part
    without: tuple[int, ...]  # runs that have points and no place on this axis

    @property
    def is_thinned(self) -> bool:
        """True when fewer points are drawn than were recorded."""
        return len(self.points) < self.recorded


def losses(
    chosen: Sequence[Run], part: str, axis: str = "step", window: int = 1, at_most: int = AT_MOST
) -> Losses:
    """Return the losses of runs in one part ("train" or "validation"), ready to draw.

    `axis` is one of AXES: optimiser steps, seconds since the worker took the run, or epochs,
    which only runs with that option have. `window` is how many points the centred mean spans.
    The mean is taken of all points; only then is each curve thinned to `at_most`, keeping its
    spikes. A loss that was not a number is NaN. Empty before any point.
    """
    recorded = _recorded([run.id for run in chosen], part)
    drawn, without = [], []
    for run in chosen:
        curve = recorded[recorded["run_id"] == run.id]
        if curve.empty:
            continue
        place = _place(run, curve, axis)
        if place is None:
            without.append(run.id)
            continue
        raw = curve["loss"].to_numpy(dtype=np.float64)
        found = {"run_id": run.id, "x": place, "y": smoothed(raw, window), "raw": raw}
        drawn.append(pd.DataFrame(found).iloc[extremes(raw, at_most)])
    points = pd.concat(drawn, ignore_index=True) if drawn else pd.DataFrame(columns=COLUMNS)
    return Losses(points, len(recorded[~recorded["run_id"].isin(without)]), tuple(without))


def epochs_of(run: Run) -> float | None:
    """Return how many epochs a run plans; None for families that do not count in epochs."""
    planned = run.options.get("epochs")
    return float(planned) if isinstance(planned, int | float) and run.steps_total else None


def _place(run: Run, curve: pd.DataFrame, axis: str) -> "pd.Series[float] | None":
    if axis == "step":
        return curve["step"].astype("float64")
    if axis == "seconds":
        if run.started_at is None:
            return None
        return (curve["at"] - run.started_at).dt.total_seconds()
    epochs = epochs_of(run)
    return None if epochs is None else curve["step"] * epochs / run.steps_total


def _recorded(run_ids: list[int], part: str) -> pd.DataFrame:
    """Every point of the newest attempts, by run and step: run_id, step, loss, at (UTC)."""
    with transaction(reading=True) as session:
        found = session.execute(
            select(Point.run_id, Point.step, Point.loss, Point.at)
            .join(RunRow, and_(RunRow.id == Point.run_id, RunRow.attempt == Point.attempt))
            .where(Point.run_id.in_(run_ids), Point.part == part)
            .order_by(Point.run_id, Point.step)
        ).all()
    points = pd.DataFrame(found, columns=["run_id", "step", "loss", "at"])
    points["at"] = pd.to_datetime(points["at"], utc=True)
    return points.astype({"run_id": "int64", "step": "int64", "loss": "float64"})
