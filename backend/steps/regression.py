"""How good predicted numbers are: credit amounts, or what is lost to fraud.

`value` is (n,) what came out and `predicted` (n,) what a model said, both in the unit of the
column; rows whose value is NaN are left out.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import spearmanr

FEWEST_ROWS = 10  # below it a figure is luck and is not shown
GROUPS = 10
TOPS = (0.01, 0.05, 0.10)  # shares of the rows, the highest predictions first

Floats = NDArray[np.float64]


def at_risk(label: ArrayLike, amount: ArrayLike) -> Floats:
    """Return what each row (n,) costs if nobody stops it: its amount if it is a fraud, else 0.

    NaN where the label is unknown; an unknown amount counts as 0.
    """
    truth = np.asarray(label, dtype=np.float64)
    money = np.nan_to_num(np.asarray(amount, dtype=np.float64), nan=0.0)
    return np.where(np.isnan(truth), np.nan, np.where(truth == 1, money, 0.0))


def judge(value: ArrayLike, predicted: ArrayLike) -> dict[str, Any]:
    """Return every figure of these predictions, JSON-ready; None where one cannot be had.

    Keys: rows; mean, of the values; mae = mean |p − y|; rmse = √mean (p − y)²;
    r2 = 1 − Σ(p − y)² / Σ(y − ȳ)²; spearman, the correlation of ranks; bias = mean (p − y);
    deciles, ten groups of equal size by falling prediction, each {rows, predicted, value}, the
    means; top, the share of the sum of values in the 1, 5 and 10% highest predictions, each
    {share, rows, caught, best}, where best is what knowing the values would have caught; note,
    why figures are missing. With fewer than 10 rows all figures are None.
    """
    truth, said = np.asarray(value, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    known = ~np.isnan(truth)
    truth, said = truth[known], said[known]
    figures = ("mean", "mae", "rmse", "r2", "spearman", "bias")
    if len(truth) < FEWEST_ROWS:
        note = f"Only {len(truth):,} rows have a value: fewer than {FEWEST_ROWS} measure only luck."
        none = dict.fromkeys(figures)
        return {"rows": len(truth), **none, "deciles": [], "top": [], "note": note}
    off = said - truth
    spread = float(((truth - truth.mean()) ** 2).sum())
    return {
        "rows": len(truth),
        "mean": float(truth.mean()),
        "mae": float(np.abs(off).mean()),
        "rmse": float(np.sqrt((off**2).mean())),
        "r2": 1 - float((off**2).sum()) / spread if spread else None,
        "spearman": _spearman(truth, said),
        "bias": float(off.mean()),
        "deciles": deciles(truth, said),
        "top": top(truth, said),
        "note": "" if spread else "Every value is the same, so there is nothing to explain.",
    }


def deciles(value: Floats, predicted: Floats) -> list[dict[str, Any]]:
    """Return the mean prediction and the mean value of ten groups, the highest predictions first.

    Fewer groups than ten for fewer rows; empty for none.
    """
    order = np.argsort(-predicted, kind="stable")
    groups = [group for group in np.array_split(order, GROUPS) if len(group)]
    return [
        {
            "rows": len(group),
            "predicted": float(predicted[group].mean()),
            "value": float(value[group].mean()),
        }
        for group in groups
    ]


def top(value: Floats, predicted: Floats) -> list[dict[str, Any]]:
    """Return which share of the sum of values lies in the highest predictions.

    Rows tied at the edge stand in the order given. Empty where a value is negative or all are 0:
    shares of such a sum say nothing.
    """
    if not len(value) or value.min() < 0 or value.sum() == 0:
        return []
    found = [value[np.argsort(-each, kind="stable")] for each in (predicted, value)]
    told = []
    for share in TOPS:
        rows = max(round(share * len(value)), 1)
        caught, best = (float(each[:rows].sum() / value.sum()) for each in found)
        told.append({"share": share, "rows": rows, "caught": caught, "best": best})
    return told


def _spearman(value: Floats, predicted: Floats) -> float | None:
    if np.ptp(value) == 0 or np.ptp(predicted) == 0:
        return None
    return float(spearmanr(value, predicted).statistic)
