"""Are good customers of every group stopped equally often? Predictive equality.

Source: Jesus et al., "Turning the Tables: Biased, Imbalanced, Dynamic Tabular Datasets for ML
Evaluation", 2022: one threshold for all, the false-positive rates of the groups compared.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from backend.steps.interval import wilson

FEWEST = 50  # legitimate rows; the rate of fewer says little
UNKNOWN = "unknown"
COLUMNS = ["name", "rows", "legitimate", "fpr", "low", "high", "shown"]


@dataclass(frozen=True)
class Equality:
    """The false-positive rate of each group, and how unequal they are."""

    groups: pd.DataFrame
    ratio: float | None  # lowest over highest rate of the shown groups, 0 to 1; 1 is equal


def predictive_equality(
    label: ArrayLike, score: ArrayLike, threshold: float, group: ArrayLike | pd.Series
) -> Equality:
    """Return how often legitimate rows of each group score `threshold` or more.

    `label` (n,) is 1 for fraud, `group` (n,) the group of each row; one that is missing is
    "unknown". Columns, by falling number of rows: name, rows, legitimate (int), fpr (share of
    the legitimate rows alerted; NaN without any), low, high (its Wilson 95% interval), shown
    (bool; at least 50 legitimate rows). The ratio is of the shown groups alone; None with
    fewer than two of them, or where none of them has a false alarm.
    """
    names = pd.Series(group).astype(object)
    frame = pd.DataFrame({
        "name": names.where(names.notna(), UNKNOWN).astype(str).to_numpy(),
        "legitimate": np.asarray(label) == 0,
        "alerts": (np.asarray(label) == 0) & (np.asarray(score) >= threshold),
    })  # fmt: skip
    groups = frame.groupby("name", sort=True)[["legitimate", "alerts"]].sum().astype("int64")
    groups.insert(0, "rows", frame.groupby("name", sort=True).size())
    low, high = wilson(groups["alerts"], groups["legitimate"])
    fpr = groups["alerts"] / groups["legitimate"].where(groups["legitimate"] > 0)
    told = groups.assign(fpr=fpr, low=low, high=high, shown=groups["legitimate"] >= FEWEST)
    told = told.sort_values("rows", ascending=False, kind="stable").reset_index()[COLUMNS]
    return Equality(told, _ratio(told.loc[told["shown"], "fpr"]))


def _ratio(rates: "pd.Series[float]") -> float | None:
    if len(rates) < 2 or rates.max() == 0:
        return None
    return float(rates.min() / rates.max())
