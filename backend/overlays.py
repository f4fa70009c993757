"""The curves of several judged runs, each with its 95% interval, to be drawn over each other."""

from collections.abc import Sequence

import pandas as pd

from backend import judgements
from backend.judged import Arrays
from backend.judgements import Judgement
from backend.steps import worth
from backend.steps.costs import Costs

COLUMNS = ["run_id", "x", "y", "low", "high"]
REACH = 2.5  # how far money is drawn, in times of the alerts that pay best
WEEK = 7.0  # days


def precision_recall(run_ids: Sequence[int]) -> pd.DataFrame:
    """Return precision by recall of runs: run_id, x, y, low, high.

    x is recall and y precision, 0 to 1, 100 rows a run. Runs that were not judged are left
    out; empty when none was. Raises as `judgements.of` does.
    """
    frames = []
    for run_id in run_ids:
        told = judgements.of(run_id).told.get("pr")
        if told:
            curve = pd.DataFrame(told).rename(columns={"recall": "x", "precision": "y"})
            frames.append(curve.assign(run_id=run_id)[COLUMNS])
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=COLUMNS)


def net_value(judgement: Judgement, grid: Arrays, costs: Costs, banded: bool) -> pd.DataFrame:
    """Return what a run saves by alerts: run_id, x, y, low, high.

    y is the cost of alerting nobody less that of the run, a week where days are known, else in
    the test part; x is alerts a day, else in all. low and high are NaN unless `banded`.
    """
    told = judgement.told
    days = told["days"]
    curve = worth.net_value(grid, costs, told["prevalence"], days, a_week(days), banded)
    curve = curve.rename(columns={"alerts": "x", "value": "y"})
    return curve.assign(run_id=judgement.run_id)[COLUMNS]


def within_reach(curves: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return curves of net value in one frame, up to REACH times the alerts that pay best in any.

    Further out money only falls. Empty when there is no curve.
    """
    if not curves:
        return pd.DataFrame(columns=COLUMNS)
    best = [float(each["x"].iloc[int(each["y"].argmax())]) for each in curves]
    points = pd.concat(curves, ignore_index=True)
    return points[points["x"] <= REACH * max(best)].reset_index(drop=True)


def a_week(days: float | None) -> float:
    """Return how many times the test part's days fit into a week; 1 where they are not known."""
    return WEEK / days if days else 1.0
