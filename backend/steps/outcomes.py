"""What a threshold brings: alerts, frauds caught and frauds missed, counted and in money."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from backend.steps.costs import Costs, decide
from backend.steps.priors import adjust, weights
from backend.steps.worth import RESAMPLED, Grid

Floats = NDArray[np.float64]

TENTHS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
SCALE: tuple[float, ...] = (  # thresholds people choose among: two digits that can be said aloud
    0.0,
    *(round(step * size, 6) for size in (1e-4, 1e-3, 1e-2) for step in TENTHS),
    *(round(percent / 100, 2) for percent in range(10, 100)),
    0.995,
    0.999,
    1.0,
)


@dataclass(frozen=True)
class Ranked:
    """Labelled rows by falling score, and sums over the k highest, k from 0 to n."""

    score: Floats  # (n,) falling
    worth: Floats  # (n,) amounts, 0 where unknown
    frauds: Floats  # (n + 1,) number of frauds
    amount: Floats  # (n + 1,) amount of those frauds

    def __len__(self) -> int:
        return len(self.score)

    @property
    def prevalence(self) -> float | None:
        """Share of frauds, 0 to 1; None without a row."""
        return float(self.frauds[-1]) / len(self) if len(self) else None


def rank(label: ArrayLike, score: ArrayLike, amount: ArrayLike) -> Ranked:
    """Return the rows (n,) ranked; those whose label is NaN are left out, unknown amounts are 0."""
    truth, points = np.asarray(label, dtype=np.float64), np.asarray(score, dtype=np.float64)
    worth = np.nan_to_num(np.asarray(amount, dtype=np.float64), nan=0.0)
    known = np.flatnonzero(~np.isnan(truth))
    order = known[np.argsort(-points[known], kind="stable")]
    fraud = truth[order] == 1
    amount_lost = np.where(fraud, worth[order], 0.0)
    return Ranked(points[order], worth[order], _summed(fraud), _summed(amount_lost))


def table(ranked: Ranked, thresholds: ArrayLike, costs: Costs) -> pd.DataFrame:
    """Return what each threshold (m,) brings over all rows, one row each, in the order given.

    A score equal to the threshold raises an alert. Columns: threshold, alerts, caught and
    missed (frauds), caught_amount and missed_amount, precision (share of alerts that are
    fraud, NaN without an alert), cost = Σ missed L + alerts · c_rev + false alarms · c_fp with
    L = amount · (1 − ρ) + c_cb. With an expected fraud rate q every fraud counts q/π times and
    every legitimate row (1 − q)/(1 − π) times, π being the share of frauds among the rows.
    Without a row everything is 0. Formulas: the evaluation protocol in decisions/0006.
    """
    asked = np.asarray(thresholds, dtype=np.float64)
    place = np.searchsorted(-ranked.score, -asked, side="right")
    fraud_weight, other_weight = weights(ranked.prevalence, costs.fraud_rate)
    caught = ranked.frauds[place] * fraud_weight
    false = (place - ranked.frauds[place]) * other_weight
    caught_amount = ranked.amount[place] * fraud_weight
    missed = ranked.frauds[-1] * fraud_weight - caught
    missed_amount = ranked.amount[-1] * fraud_weight - caught_amount
    alerts = caught + false
    lost = missed_amount * (1 - costs.recovery) + missed * costs.chargeback
    return pd.DataFrame(
        {
            "threshold": asked,
            "alerts": alerts,
            "caught": caught,
            "missed": missed,
            "caught_amount": caught_amount,
            "missed_amount": missed_amount,
            "precision": np.divide(
                caught, alerts, out=np.full(len(asked), np.nan), where=alerts > 0
            ),
            "cost": lost + alerts * costs.review + false * costs.false_alarm,
        }
    )


def caught(grid: Grid, alerts: float) -> dict[str, Floats]:
    """Return which share so many alerts catch in each resample (B,): of "amount", of "frauds".

    `grid` are the arrays of `replicates.replicate`; `alerts` counts rows of the sample itself.
    Between two thresholds of the grid the sums are read off the straight line, below the first
    one off the line to nothing. NaN in a resample whose frauds have no amount.
    """
    counts = np.concatenate([[0.0], np.asarray(grid["alerts"], dtype=np.float64)])
    place = int(np.clip(np.searchsorted(counts, alerts), 1, len(counts) - 1))
    step = (alerts - counts[place - 1]) / (counts[place] - counts[place - 1])
    found, missed = (np.asarray(grid[name + RESAMPLED], np.float64) for name in ("tp", "missed"))
    stake = np.asarray(grid["fraud_amount" + RESAMPLED], dtype=np.float64)
    told = {}
    for name, sums, whole in (
        ("amount", stake[:, None] - grid["missed_amount" + RESAMPLED], stake),
        ("frauds", found, (found + missed)[:, -1]),
    ):
        before = sums[:, place - 2] if place > 1 else np.zeros(len(sums))
        held = before + step * (sums[:, place - 1] - before)
        told[name] = np.divide(held, whole, out=np.full(len(held), np.nan), where=whole > 0)
    return told


def by_amount(ranked: Ranked, costs: Costs) -> float:
    """Return what it costs to decide each row by score and amount, see `costs.decide`.

    In the units of `table`; 0 without a row.
    """
    if not len(ranked):
        return 0.0
    fraud, prevalence = np.diff(ranked.frauds), ranked.prevalence
    fraud_weight, other_weight = weights(prevalence, costs.fraud_rate)
    score = ranked.score
    if costs.fraud_rate is not None and prevalence and prevalence < 1:
        score = adjust(score, prevalence, costs.fraud_rate)
    alert = decide(score, ranked.worth, costs)
    lost = float((costs.loss(ranked.worth) * fraud)[~alert].sum()) * fraud_weight
    hits, false = float(fraud[alert].sum()), float((1 - fraud)[alert].sum())
    looked = hits * fraud_weight + false * other_weight
    return float(lost + looked * costs.review + false * other_weight * costs.false_alarm)


def _summed(values: NDArray[np.bool_] | Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
