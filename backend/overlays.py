"""The curves of several judged runs, each with its 95% interval, to be drawn over each other."""

from collections.abc import Sequence

import pandas as pd

from backend.judged import Arrays
from backend.judgements import Judgement
from backend.steps import worth
from backend.steps.costs import Costs

COLUMNS = ["run_id", "x", "y", "low", "high"]
REACH = 2.5  # how far money is drawn, in times of the alerts that pay best
WEEK = 7.0  # days


def precision_recall(judgement: Judgement) -> pd.DataFrame:
    """Return precision by recall of a run: run_id, x, y, low, high; 100 rows.

    x is recall and y precision, 0 to 1. Empty for a run without a curve.
    """
    told = judgement.told.get("pr")
    if not told:
        return pd.DataFrame(columns=COLUMNS)
    curve = pd.DataFrame(told).rename(columns={"recall": "x", "precision": "y"})
    return curve.assign(run_id=judgement.run_id)[COLUMNS]


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


def joined(curves: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return curves in one frame; empty when there is none."""
    drawn = [curve for curve in curves if len(curve)]
    return pd.concat(drawn, ignore_index=True) if drawn else pd.DataFrame(columns=COLUMNS)


def within_reach(curves: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return curves of net value in one frame, up to REACH times the alerts that pay best in any.

    Further out money only falls. Empty when there is no curve.
    """
    best = [float(each["x"].iloc[int(each["y"].argmax())]) for each in curves]
    points = joined(curves)
    return points[points["x"] <= REACH * max(best, default=0.0)].reset_index(drop=True)


def a_week(days: float | None) -> float:
    """Return how many times the test part's days fit into a week; 1 where they are not known."""
    return WEEK / days if days else 1.0
