"""What a run is worth at one number of alerts: each figure on the sample and on every resample.

`grid` are the arrays of `replicates.replicate`: B resamples, G thresholds. Replicates of two
runs judged on the same rows pair one by one, see `paired`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backend.steps import costs as money
from backend.steps.costs import Costs
from backend.steps.priors import weights

Floats = NDArray[np.float64]
Grid = Mapping[str, NDArray[Any]]

SUMS = ("missed_amount", "missed", "tp", "fp")
RESAMPLED = "_resampled"
NOBODY = -1  # the place above all thresholds, where nobody is alerted
SPAN = (0.025, 0.975)


@dataclass(frozen=True)
class Figure:
    """One figure of one run: on the sample, and on each resample of its rows."""

    value: float
    replicates: Floats  # (B,)


def place_of_alerts(grid: Grid, alerts: float) -> int:
    """Return the place of the threshold whose number of alerts is nearest, or NOBODY."""
    choices = np.concatenate([[0], grid["alerts"]])
    return int(np.abs(choices - alerts).argmin()) - 1


def place_of_threshold(grid: Grid, threshold: float) -> int:
    """Return the place of the threshold nearest to a score, of equally near ones the higher."""
    return int(np.abs(grid["threshold"] - threshold).argmin())


def cheapest(grid: Grid, costs: Costs, prevalence: float, days: float | None) -> int:
    """Return the place of the threshold that costs least within the capacity, or NOBODY.

    Of equal ones the highest. Without days the capacity does not bind.
    """
    fraud, legitimate = weights(prevalence, costs.fraud_rate)
    a_day = (fraud * grid["tp"] + legitimate * grid["fp"]) / (days or np.inf)
    free = costs.capacity is None or a_day <= costs.capacity
    cost = np.where(free, _cost(grid, costs, prevalence), np.inf)
    nobody = _nobody(grid, "", costs, prevalence)
    return int(np.concatenate([[nobody], cost]).argmin()) - 1


def threshold_of(grid: Grid, place: int) -> float:
    """Return the score from which a place alerts; infinite for NOBODY."""
    return math.inf if place == NOBODY else float(grid["threshold"][place])


def alerts_of(grid: Grid, place: int) -> int:
    """Return how many rows a place alerts."""
    return 0 if place == NOBODY else int(grid["alerts"][place])


def figures(
    grid: Grid, place: int, costs: Costs, prevalence: float, scale: float = 1.0
) -> dict[str, Figure]:
    """Return what a run comes to at the threshold `place` of its grid, or at NOBODY.

    "cost" (C of steps/costs) and "missed_amount" (money of missed frauds), both times `scale`;
    "found" (share of frauds alerted), "right" (share of alerts that are fraud, NaN without
    one), "alerts" (expected, times `scale`). With an expected fraud rate in `costs`, each fraud
    counts q/π times and each legitimate row (1 − q)/(1 − π) times, π being `prevalence`.
    """
    on = {name: _at(grid, name, place) for name in SUMS}
    fraud, legitimate = weights(prevalence, costs.fraud_rate)
    tp, fp = on["tp"] * fraud, on["fp"] * legitimate
    cost = _cost(on, costs, prevalence)
    told = {
        "cost": scale * cost,
        "missed_amount": scale * fraud * on["missed_amount"],
        "found": _share(on["tp"], on["tp"] + on["missed"]),
        "right": _share(tp, tp + fp),
        "alerts": scale * (tp + fp),
    }
    return {name: Figure(float(both[0]), both[1:]) for name, both in told.items()}


def ranking(grid: Grid, name: str, value: float) -> Figure:
    """Return a figure that needs no threshold: `value` on the sample, its stored replicates."""
    return Figure(value, np.asarray(grid[name], dtype=np.float64))


def net_value(
    grid: Grid, costs: Costs, prevalence: float, days: float | None, scale: float, banded: bool
) -> pd.DataFrame:
    """Return what a run saves against alerting nobody, by rising number of alerts.

    Columns: alerts (a day where `days` is given, else in all), value, low, high (95%
    percentile interval over the resamples, each with its own cost of alerting nobody; NaN
    unless `banded`), all three times `scale`. A row of zeros for nobody alerted, then one per
    threshold of the grid.
    """
    fraud, legitimate = weights(prevalence, costs.fraud_rate)
    value = _saved(grid, "", costs, prevalence)
    low = high = np.full(len(value), np.nan)
    if banded:
        low, high = np.quantile(_saved(grid, RESAMPLED, costs, prevalence), SPAN, axis=0)
    alerts = (fraud * grid["tp"] + legitimate * grid["fp"]) / (days or 1)
    told = {"value": scale * value, "low": scale * low, "high": scale * high}
    curve = pd.DataFrame({"alerts": alerts, **told})
    start = pd.DataFrame(0.0, index=[0], columns=curve.columns)
    return pd.concat([start if banded else start.assign(low=np.nan, high=np.nan), curve],
                     ignore_index=True)  # fmt: skip


def _saved(grid: Grid, which: str, costs: Costs, prevalence: float) -> Floats:
    """Cost of alerting nobody less the cost at each threshold: (G,), or (B, G) resampled."""
    on = {name: grid[name + which] for name in SUMS}
    nobody = np.expand_dims(_nobody(grid, which, costs, prevalence), -1)
    saved: Floats = nobody - _cost(on, costs, prevalence)
    return saved


def _nobody(grid: Grid, which: str, costs: Costs, prevalence: float) -> Floats:
    """Cost of alerting nobody: (), or (B,) resampled."""
    fraud, _ = weights(prevalence, costs.fraud_rate)
    amount = grid["fraud_amount" + which] * (1 - costs.recovery)
    return np.asarray(fraud * (amount + _frauds(grid, which) * costs.chargeback))


def _frauds(grid: Grid, which: str) -> Floats:
    return np.asarray(grid["tp" + which][..., -1] + grid["missed" + which][..., -1], float)


def _at(grid: Grid, name: str, place: int) -> Floats:
    """A sum at one place: the sample's own first, then every resample's (B + 1,)."""
    if place != NOBODY:
        drawn = grid[name + RESAMPLED][:, place]
        return np.concatenate([[grid[name][place]], drawn]).astype(float)
    if name in ("tp", "fp"):
        return np.zeros(len(grid[name + RESAMPLED]) + 1)
    if name == "missed":
        return np.concatenate([[_frauds(grid, "")], _frauds(grid, RESAMPLED)])
    return np.concatenate([[grid["fraud_amount"]], grid["fraud_amount" + RESAMPLED]]).astype(float)


def _cost(sums: Grid, costs: Costs, prevalence: float) -> Floats:
    return money.expected(
        sums["missed_amount"], sums["missed"], sums["tp"], sums["fp"], costs, prevalence
    )


def _share(part: Floats, whole: Floats) -> Floats:
    share: Floats = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return share
