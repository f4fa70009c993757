"""The curve a run draws while it learns: points in, points out."""

import pandas as pd
from sqlalchemy import and_, select

from backend.errors import RunNotFound
from backend.steps.curve import extremes
from db import Point, Run, transaction


def loss_curve(run_id: int, at_most: int = 500) -> pd.DataFrame:
    """Return the loss recorded so far by a run's newest attempt, ready to plot.

    Columns: step (int, optimiser steps since the start), part ("train" or "validation"),
    loss (float, mean nats per transaction, NaN where it was not a number), ap (float,
    average precision, validation points only). Ordered by step, thinned to `at_most` rows
    per part: of each stretch the lowest and the highest loss stay, so spikes survive, and
    so do the first and the newest point. Empty while the run waits.

    Raises RunNotFound when no run has this number.
    """
    with transaction(reading=True) as session:
        if session.get(Run, run_id) is None:
            raise RunNotFound(run_id)
        points = session.execute(
            select(Point.step, Point.part, Point.loss, Point.ap)
            .join(Run, and_(Run.id == Point.run_id, Run.attempt == Point.attempt))
            .where(Point.run_id == run_id)
            .order_by(Point.step)
        ).all()
    curve = pd.DataFrame(points, columns=["step", "part", "loss", "ap"])
    curve = curve.astype({"step": "int64", "loss": "float64", "ap": "float64"})
    thinned = [
        of_part.iloc[extremes(of_part["loss"], at_most)] for _, of_part in curve.groupby("part")
    ]
    return pd.concat(thinned).sort_index().reset_index(drop=True) if thinned else curve
