"""What a threshold costs, in the money of the amounts, and which one costs least.

A missed fraud of amount a costs L = a·(1 − ρ) + c_cb, an alert c_rev, a false alarm c_fp more:
C = Σ missed L + alerts·c_rev + false alarms·c_fp. Source: the evaluation protocol in
decisions/0006-evaluation.md, after Bahnsen et al., "Example-Dependent Cost-Sensitive Logistic
Regression for Credit Scoring", 2014.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from backend.steps.priors import weights

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

MOST = {"recovery": 1.0, "fraud_rate": 1.0}
OPEN = ("fraud_rate", "capacity")  # may be None
SUMS = ("missed_amount", "missed", "tp", "fp")
RESAMPLED = "_resampled"  # ends the name of what a money grid holds per resample
INTERVAL = (0.025, 0.975)
BANDS = ("low", "high", "net_low", "net_high")
COLUMNS = [
    "alerts",
    "alerts_per_day",
    "threshold",
    "cost",
    "low",
    "high",
    "savings",
    "net_benefit",
    "net_low",
    "net_high",
    "recall",
    "precision",
    "value_detected",
]


@dataclass(frozen=True)
class Costs:
    """What the analyst says a decision costs, in the money of the amounts, and how many fit.

    Raises ValueError naming the field and its value when one cannot be.
    """

    recovery: float = 0.0  # share of a missed fraud that comes back, 0 to 1
    chargeback: float = 20.0  # fee and work of a missed fraud, beside its amount
    review: float = 5.0  # a person's look at one alert
    false_alarm: float = 10.0  # a good customer stopped
    fraud_rate: float | None = None  # expected share of frauds, 0 to 1; None as in the test part
    capacity: float | None = None  # alerts a day that can be looked at; None as many as come

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            most = MOST.get(name, math.inf)
            if value is None and name in OPEN:
                continue
            if not (math.isfinite(value) and 0 <= value <= most):
                raise ValueError(f"{name} must be a number from 0 to {most:g}, got {value}")

    def loss(self, amount: ArrayLike) -> Floats:
        """Return L (n,), what missing a fraud of each amount costs; an unknown amount is 0."""
        worth = np.nan_to_num(np.asarray(amount, dtype=np.float64), nan=0.0)
        return worth * (1 - self.recovery) + self.chargeback

    def to_plain(self) -> dict[str, Any]:
        """Return the costs as a JSON-ready dict."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Costs":
        """Return what `to_plain` told; what is not said is as in `DEFAULTS`."""
        return cls(**plain)


DEFAULTS = Costs()  # a place to begin: fees of 15 to 100 a chargeback, 5 to 20 a review are usual


def total(label: ArrayLike, amount: ArrayLike, alert: ArrayLike, costs: Costs) -> float:
    """Return what a decision costs on these rows; 0 without rows.

    `label` (n,) is 1 for fraud, `amount` (n,) may be NaN, `alert` (n,) is true where somebody
    looks. A fraud that is alerted costs the look and nothing more.
    """
    fraud, looked = np.asarray(label) == 1, np.asarray(alert, dtype=bool)
    missed = costs.loss(amount)[fraud & ~looked].sum()
    false_alarms = float((looked & ~fraud).sum())
    return float(missed + looked.sum() * costs.review + false_alarms * costs.false_alarm)


def savings(label: ArrayLike, amount: ArrayLike, alert: ArrayLike, costs: Costs) -> float:
    """Return 1 − C / min(C(nobody alerted), C(everybody alerted)): 1 is perfect, 0 worth nothing.

    NaN when doing nothing costs nothing.
    """
    truth = np.asarray(label)
    none = total(truth, amount, np.zeros(len(truth)), costs)
    everybody = total(truth, amount, np.ones(len(truth)), costs)
    simplest = min(none, everybody)
    return 1 - total(truth, amount, alert, costs) / simplest if simplest > 0 else math.nan


def decide(score: ArrayLike, amount: ArrayLike, costs: Costs) -> Mask:
    """Return which rows (n,) are worth an alert: those with p > (c_rev + c_fp) / (L + c_fp).

    That is where the loss to expect, p·L, exceeds the look and the false alarm to expect,
    c_rev + (1 − p)·c_fp. `score` (n,) must be calibrated probabilities. With an expected fraud
    rate they must have been adjusted to it, see `priors.adjust`.
    """
    chance = np.asarray(score, dtype=np.float64)
    worth: Mask = (
        chance * (costs.loss(amount) + costs.false_alarm) > costs.review + costs.false_alarm
    )
    return worth


def expected(
    missed_amount: ArrayLike,
    missed: ArrayLike,
    tp: ArrayLike,
    fp: ArrayLike,
    costs: Costs,
    prevalence: ArrayLike | None,
) -> Floats:
    """Return C from its sums, all of one shape, at the fraud rate that `costs` expects.

    Amount and number of missed frauds, frauds alerted and legitimate rows alerted, of rows
    with this `prevalence`: each fraud counts q/π times, each legitimate row (1 − q)/(1 − π).
    """
    fraud, legitimate = weights(prevalence, costs.fraud_rate)
    amount, missed, tp, fp = (
        np.asarray(each, np.float64) for each in (missed_amount, missed, tp, fp)
    )
    lost: Floats = fraud * (amount * (1 - costs.recovery) + missed * costs.chargeback)
    return lost + fraud * tp * costs.review + legitimate * fp * (costs.review + costs.false_alarm)


def curve(
    grid: Mapping[str, NDArray[Any]], costs: Costs, prevalence: float | None, days: float | None
) -> pd.DataFrame:
    """Return what each threshold of a money grid costs, by rising number of alerts.

    `grid` is what `replicates` gives: (G,) arrays of alerts, threshold and SUMS, the last of
    them for everybody alerted, and fraud_amount (); each of SUMS and fraud_amount once more
    with "_resampled" behind the name, (B, G) and (B,), or none of those. `prevalence` is the
    share of frauds of those rows, `days` how many they span, None without a clock.

    Columns: alerts (of those rows, int), alerts_per_day (NaN without days), threshold, cost,
    low and high (its 95% bootstrap band), savings (1 − cost / the cheaper of nobody and
    everybody alerted; NaN where that is 0), net_benefit (cost of nobody alerted − cost),
    net_low and net_high (its band), recall, precision (NaN without an alert), value_detected
    (share of the frauds' amount; NaN when that is 0). Bands are NaN without resamples. With an
    expected fraud rate every fraud counts q/π times and every legitimate row (1 − q)/(1 − π)
    times, which moves money, alerts a day and precision. Empty for an empty grid. All is
    linear in the grid, so any costs answer at once.
    """
    if not len(grid["alerts"]):
        return pd.DataFrame(columns=COLUMNS, dtype=np.float64)
    amount, missed, tp, fp = (np.asarray(grid[name], dtype=np.float64) for name in SUMS)
    cost = expected(amount, missed, tp, fp, costs, prevalence)
    nobody = expected(grid["fraud_amount"], tp[-1], 0, 0, costs, prevalence)
    fraud, legitimate = weights(prevalence, costs.fraud_rate)
    tp, fp = fraud * tp, legitimate * fp
    everybody = (tp[-1] + fp[-1]) * costs.review + fp[-1] * costs.false_alarm
    told = {
        "alerts": grid["alerts"],
        "alerts_per_day": (tp + fp) / (days if days else math.nan),
        "threshold": grid["threshold"],
        "cost": cost,
        "savings": 1 - _share(cost, np.minimum(nobody, everybody)),
        "net_benefit": nobody - cost,
        "recall": _share(tp, tp[-1]),
        "precision": _share(tp, tp + fp),
        "value_detected": 1 - _share(amount, grid["fraud_amount"]),
        **_bands(grid, costs),
    }
    return pd.DataFrame(told, columns=COLUMNS)


def optimum(curve: pd.DataFrame, costs: Costs) -> int | None:
    """Return the place of the row of `curve` that costs least within the capacity.

    None when none fits; of equal ones that with the fewest alerts. Its net_benefit is below
    zero where nobody alerted would be cheaper. Without days the capacity cannot bind.
    """
    a_day = curve["alerts_per_day"].to_numpy()
    free = costs.capacity is None or np.isnan(a_day).all()
    fits = np.ones(len(curve), dtype=bool) if free else a_day <= costs.capacity
    cost = np.where(fits, curve["cost"].to_numpy(), np.inf)
    return int(cost.argmin()) if fits.any() else None


def _bands(grid: Mapping[str, NDArray[Any]], costs: Costs) -> dict[str, Floats]:
    """Return the 95% bands of cost and net benefit (G,), each resample at its own prevalence."""
    if "tp" + RESAMPLED not in grid or not len(grid["tp" + RESAMPLED]):
        return {name: np.full(len(grid["tp"]), np.nan) for name in BANDS}
    amount, missed, tp, fp = (grid[name + RESAMPLED].astype(np.float64) for name in SUMS)
    frauds, stake = tp[:, -1:], grid["fraud_amount" + RESAMPLED][:, None]
    prevalence = _share(frauds, frauds + fp[:, -1:])
    cost = expected(amount, missed, tp, fp, costs, prevalence)
    net = expected(stake, frauds, 0, 0, costs, prevalence) - cost
    ends = [*np.quantile(cost, INTERVAL, axis=0), *np.quantile(net, INTERVAL, axis=0)]
    return dict(zip(BANDS, ends, strict=True))


def _share(part: ArrayLike, whole: ArrayLike) -> Floats:
    """Return part / whole (n,), NaN where the whole is not above 0."""
    top, bottom = np.broadcast_arrays(np.asarray(part, dtype=np.float64), whole)
    share: Floats = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
    return share
