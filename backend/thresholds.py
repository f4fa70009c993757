"""What thresholds of a run bring on its test part, and which one is in force."""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from backend import files, judgements, policies, runs, store
from backend.errors import ModelNotReady
from backend.policies import Policy
from backend.steps import costs, outcomes, worth
from backend.steps.costs import Costs
from backend.steps.interval import wilson
from backend.steps.metrics import FEW_FRAUDS
from backend.steps.outcomes import SCALE, Ranked
from backend.steps.scored import DAY

SPAN = (0.025, 0.975)  # quantiles of a 95% percentile interval
WEEK = 7.0  # days
SCORES = "predictions.parquet"
KEPT = 8  # runs whose ranked test rows are held: 32 bytes a row
BY_TIME = ["caught", "missed", "caught_amount", "missed_amount", "cost", "value"]


@dataclass(frozen=True)
class Outcome:
    """What one threshold brings, over the stretch of time its design tells of."""

    threshold: float
    alerts: float  # a day; over the whole stretch where no time is known
    caught: float  # frauds
    missed: float
    caught_amount: float
    missed_amount: float
    precision: float | None  # share of alerts that are fraud; None without an alert
    value: float  # what it saves against alerting nobody

    @property
    def recall(self) -> float | None:
        """Share of frauds caught; None without a fraud."""
        frauds = self.caught + self.missed
        return self.caught / frauds if frauds > 0 else None

    @property
    def amount_share(self) -> float | None:
        """Share of the frauds' amount caught; None where frauds have no amount."""
        amount = self.caught_amount + self.missed_amount
        return self.caught_amount / amount if amount > 0 else None


@dataclass(frozen=True)
class Design:
    """Every threshold of one run under some costs."""

    costs: Costs
    days: float | None  # that the test part spans; None where no time is known
    table: pd.DataFrame  # a row per threshold of the scale, rising, with the fields of Outcome
    by_amount: float  # what deciding each row by score and amount would save, without a threshold

    @property
    def has_amounts(self) -> bool:
        """True when the frauds of the test part carry amounts."""
        return bool((self.table["caught_amount"] + self.table["missed_amount"]).max() > 0)

    @property
    def limit(self) -> float:
        """The lowest threshold whose alerts fit the capacity; 0 when all fit, or without a clock.

        The highest one when not even that fits.
        """
        if self.costs.capacity is None or self.days is None:
            return 0.0
        fits = self.table["threshold"][self.table["alerts"] <= self.costs.capacity]
        return float(fits.min()) if len(fits) else SCALE[-1]

    @property
    def best(self) -> Outcome:
        """The threshold that saves most; of equal ones the highest."""
        return self._best_from(0.0)

    @property
    def best_within(self) -> Outcome:
        """The threshold that saves most of those that fit the capacity."""
        return self._best_from(self.limit)

    def fits(self, outcome: Outcome) -> bool:
        """True when so many alerts a day can be looked at."""
        return outcome.threshold >= self.limit

    def at(self, threshold: float) -> Outcome:
        """Return what a threshold of the scale brings. Raises KeyError for another one."""
        found = self.table[self.table["threshold"] == threshold]
        if found.empty:
            raise KeyError(threshold)
        told = dict(found[[*Outcome.__dataclass_fields__]].iloc[0].astype(float))
        known = None if np.isnan(told["precision"]) else told["precision"]
        return Outcome(**{**told, "precision": known})  # type: ignore[arg-type]

    def _best_from(self, lowest: float) -> Outcome:
        inside = self.table[self.table["threshold"] >= lowest]
        best = inside["threshold"][inside["value"] == inside["value"].max()]
        return self.at(float(best.iloc[-1]))


@dataclass(frozen=True)
class Standing:
    """What a run does at the threshold in force, over its whole test part.

    With fewer than 30 frauds no interval of an amount is told, and Wilson's of the frauds.
    """

    policy: Policy | None  # None: nobody chose one, so it is the best under the usual costs
    design: Design
    outcome: Outcome
    caught: tuple[float, float] | None  # 95% interval of the share of the amount, or frauds, caught


def design(run_id: int, chosen: Costs, besides: float | None = None, weekly: bool = True) -> Design:
    """Return what every threshold of the scale would bring for a finished run.

    `besides` is one more threshold to tell of. Frauds and money are those of a week, or with
    `weekly` false and where no time is known those of the whole test part. Raises RunNotFound,
    and ModelNotReady while the run has no finished model or when its scores are gone.
    """
    ranked, days = _ranked(run_id)
    scale = sorted({*SCALE, *([] if besides is None else [besides])})
    table = outcomes.table(ranked, scale, chosen)
    nobody = outcomes.table(ranked, [np.inf], chosen)["cost"].iloc[0]
    table["value"] = nobody - table["cost"]
    table["alerts"] /= days or 1.0
    by_amount = float(nobody - outcomes.by_amount(ranked, chosen))
    table[BY_TIME] *= _stretch(days, weekly)
    return Design(chosen, days, table, by_amount * _stretch(days, weekly))


def curve(run_id: int, chosen: Costs) -> pd.DataFrame:
    """Return what alerting from each threshold on saves in a week, with its 95% band.

    Columns: alerts (a day), value, low, high, threshold. Where no time is known the figures
    are those of the test part; with fewer than 30 frauds there is no band (NaN). Empty for a
    run of before judgements were kept. Raises as `design` does.
    """
    grid, (ranked, days) = judgements.replicates(run_id), _ranked(run_id)
    if "alerts" not in grid:
        return pd.DataFrame(columns=["alerts", "value", "low", "high", "threshold"])
    assert ranked.prevalence is not None, "a judged run has rows"
    known = int(ranked.frauds[-1]) >= FEW_FRAUDS
    told = worth.net_value(grid, chosen, ranked.prevalence, days, _stretch(days, True), known)
    alerting = told.iloc[1:].reset_index(drop=True)  # its first row is nobody alerted
    return alerting.assign(threshold=grid["threshold"])


def standing(run_id: int) -> Standing | None:
    """Return what a run does at its newest policy, or where the usual costs are lowest.

    Counted in the test part as it is, whatever fraud rate the policy expects. None when that
    part holds no labelled row or its scores are gone. Raises RunNotFound.
    """
    try:
        ranked, days = _ranked(run_id)
    except ModelNotReady:
        return None
    if not len(ranked):
        return None
    policy = policies.newest(run_id)
    chosen = replace(costs_of(policy), fraud_rate=None)
    made = design(run_id, chosen, policy.threshold if policy else None, weekly=False)
    outcome = made.at(policy.threshold) if policy else made.best_within
    grid = judgements.replicates(run_id)
    alerts = outcome.alerts * (days or 1.0)
    caught = outcomes.caught(grid, alerts) if "alerts" in grid else {}
    if int(ranked.frauds[-1]) >= FEW_FRAUDS:
        between = _span(caught, made.has_amounts)
    else:
        between = None if made.has_amounts else _wilson(outcome)
    return Standing(policy, made, outcome, between)


def costs_of(policy: Policy | None) -> Costs:
    """Return what a policy was chosen with; the usual costs without one."""
    return Costs.from_plain(policy.inputs) if policy else costs.DEFAULTS


def _span(caught: dict[str, outcomes.Floats], amounts: bool) -> tuple[float, float] | None:
    told = caught.get("amount" if amounts else "frauds")
    if told is None or not len(told) or np.isnan(told).all():
        return None
    low, high = np.nanquantile(told, SPAN)
    return float(low), float(high)


def _wilson(outcome: Outcome) -> tuple[float, float] | None:
    if outcome.recall is None:
        return None
    low, high = wilson(outcome.caught, outcome.caught + outcome.missed)
    return float(low), float(high)


def _stretch(days: float | None, weekly: bool) -> float:
    return WEEK / days if days and weekly else 1.0


def _ranked(run_id: int) -> tuple[Ranked, float | None]:
    run = runs.get(run_id)
    folder = files.run_folder(run.id, run.attempt)
    if run.is_live or not (store.fetched(folder) / SCORES).is_file():
        raise ModelNotReady("The scores of this run are not here. Choose another run.")
    return _rank(run_id, folder, run.clock)


@lru_cache(maxsize=KEPT)
def _rank(run_id: int, _folder: Path, clock: str) -> tuple[Ranked, float | None]:
    """Rank the test rows of a run once; its folder is sealed and never written again."""
    rows = judgements.test_scores(run_id)
    ranked = outcomes.rank(
        rows["label"].to_numpy(dtype=np.float64, na_value=np.nan), rows["score"], rows["amount"]
    )
    times = rows["time"][rows["label"].notna()]
    if clock == "none" or not len(times) or times.isna().any():
        return ranked, None
    return ranked, max(float(np.ptp(times)) / DAY, 1.0)
