"""Is run B better than run A? Runs of one dataset side by side, ranked only where that is fair."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from backend import judgements, overlays, policies
from backend.errors import ModelNotReady
from backend.judged import Arrays
from backend.judgements import Judgement
from backend.overlays import a_week
from backend.run_view import Run
from backend.steps import paired, worth
from backend.steps.costs import Costs
from backend.steps.paired import Verdict
from backend.steps.worth import Figure

LESS_IS_BETTER = ("cost", "missed_amount")
CONFIDENCE = 0.95
NOTHING = Verdict(None, reason="This figure cannot be had for both runs.")
MEASURES = ("cost", "found", "ap", "auroc", "recall_at_0_1_fpr", "recall_at_1_fpr")


@dataclass(frozen=True)
class Standing:
    """One run beside the baseline, at the number of alerts it raises in this comparison."""

    run: Run
    threshold: float  # an alert from this score on; infinite where nobody is alerted
    alerts: int  # rows of the test part that it alerts
    figures: dict[str, Figure]  # by name: those of steps/worth, and each metric that can be had
    differences: dict[str, Verdict]  # this run minus the baseline, of each figure; {} for it
    adjusted: float | None  # Holm-adjusted p-value of the measure compared by
    better: bool | None  # by that measure; None: not distinguishable, or not ranked
    reason: str  # why it is not distinguishable or not ranked; "" when it is

    def interval(self, name: str) -> tuple[float, float] | None:
        """Return the 95% interval of one of its figures; None when it has no such figure."""
        figure = self.figures.get(name)
        return None if figure is None else paired.interval(figure.replicates)


@dataclass(frozen=True)
class Comparison:
    """Runs judged on the same transactions, and those that were not."""

    measure: str
    ranked: tuple[Standing, ...]  # in the order asked; empty when the baseline is not judged
    left_out: tuple[tuple[Run, str], ...]  # with the reason
    net_value: pd.DataFrame  # of the ranked runs: run_id, x, y, low, high; see `overlays`
    precision_recall: pd.DataFrame  # likewise
    baseline: Judgement | None
    costs: Costs

    @property
    def days(self) -> float | None:
        """How many days the test part spans; None without a clock or a judged baseline."""
        days: float | None = self.baseline.told["days"] if self.ranked and self.baseline else None
        return days

    @property
    def compared(self) -> int:
        """How many runs were held against the baseline, each a chance to be lucky."""
        return max(len(self.ranked) - 1, 0)

    def of(self, run_id: int | None) -> Standing | None:
        """Return how one run stands; None when it is not ranked here."""
        return next((each for each in self.ranked if each.run.id == run_id), None)

    def why_not(self, run_id: int | None) -> str:
        """Return why a run is not ranked here; "" when it is, or was not asked for."""
        return next((why for run, why in self.left_out if run.id == run_id), "")


@dataclass(frozen=True)
class Way:
    """How runs are made to decide before they are compared.

    Every run raises as many alerts as the baseline does at its own threshold, or `alerts` (a
    day where days are known, else in all); with `own_thresholds` each run keeps its own: the
    one saved for it, else the one that costs least.
    """

    costs: Costs
    alerts: float | None = None
    own_thresholds: bool = False


def measures_of(baseline: Run) -> list[str]:
    """Return by which of MEASURES runs can be held against this one: money needs amounts."""
    judgement = _judgement(baseline)
    amount = judgement.told.get("fraud_amount") if judgement else None
    return [name for name in MEASURES if name != "cost" or amount]


def days_of(baseline: Run) -> float | None:
    """Return how many days the test part of a run spans; None where that is not known."""
    judgement = _judgement(baseline)
    days: float | None = judgement.told.get("days") if judgement else None
    return days


def compare(
    chosen: Sequence[Run], baseline_id: int, measure: str, way: Way, banded: Collection[int] = ()
) -> Comparison:
    """Compare runs with a baseline by one of MEASURES, on the resamples all of them share.

    Alerts are rounded to the nearest of the 200 numbers that are stored; money and alerts are
    those of a week where days are known. The verdict on each run is Holm-adjusted over all of
    them. Runs judged on other transactions than the baseline are left out, with the reason,
    and all are when it was not judged itself. `banded` are the runs whose net value gets an
    interval.
    """
    base: Judgement | None = None
    stood: list[Standing] = []
    left, money, precision = {}, [], []
    dataset_id = next((run.dataset_id for run in chosen if run.id == baseline_id), None)
    for run in sorted(chosen, key=lambda run: run.id != baseline_id):
        judgement = _judgement(run)
        grid = judgements.replicates(run.id) if judgement and judgement.is_judged else {}
        base = judgement if run.id == baseline_id else base
        why = _why_not(run, judgement, grid, base, dataset_id)
        if run.id != baseline_id and not stood:
            why = why or "has no judged baseline to be held against"
        if why:
            left[run.id] = why
            continue
        assert judgement is not None
        stood.append(_stand(run, judgement, grid, way, stood[0] if stood else None))
        money.append(overlays.net_value(judgement, grid, way.costs, run.id in banded))
        precision.append(overlays.precision_recall(judgement))
    ranked = {each.run.id: each for each in _adjusted(stood, measure)}
    return Comparison(
        measure,
        tuple(ranked[run.id] for run in chosen if run.id in ranked),
        tuple((run, left[run.id]) for run in chosen if run.id in left),
        overlays.within_reach(money),
        overlays.joined(precision),
        base,
        way.costs,
    )


def _judgement(run: Run) -> Judgement | None:
    try:
        return judgements.of(run.id)
    except ModelNotReady:
        return None


def _why_not(
    run: Run,
    judgement: Judgement | None,
    grid: Arrays,
    base: Judgement | None,
    dataset_id: int | None,
) -> str:
    """Why a run cannot be ranked beside the baseline; "" when it can."""
    if judgement is None:
        return "has no finished model"
    if not judgement.is_judged:
        return "was judged before comparisons were kept; train it again to compare it"
    if "alerts" not in grid:
        return str(judgement.told["note"]) or "has no figure to compare"
    if base is None or not base.is_judged:
        return ""  # nothing to hold it against
    told = judgement.told
    if judgement.test_key != base.test_key or told["resamples"] != base.told["resamples"]:
        same = run.dataset_id == dataset_id
        own = "split of the data" if same else f"dataset, {run.dataset_name}"
        rows = f"{told['rows']:,} transactions with {told['frauds']:,} frauds"
        return f"was judged on another {own}: {rows}"
    return ""


def _place(judgement: Judgement, grid: Arrays, way: Way, base: Standing | None) -> int:
    """The place in a run's grid at which it is compared."""
    told = judgement.told
    if base is not None and not way.own_thresholds:
        return worth.place_of_alerts(grid, base.alerts)
    if base is None and way.alerts is not None:
        return worth.place_of_alerts(grid, way.alerts * (told["days"] or 1))
    policy = policies.newest(judgement.run_id)
    if policy is not None:
        return worth.place_of_threshold(grid, policy.threshold)
    return worth.cheapest(grid, way.costs, told["prevalence"], told["days"])


def _stand(
    run: Run, judgement: Judgement, grid: Arrays, way: Way, base: Standing | None
) -> Standing:
    told, place = judgement.told, _place(judgement, grid, way, base)
    found = worth.figures(grid, place, way.costs, told["prevalence"], a_week(told["days"]))
    for name in MEASURES:
        value = judgement.value(name)
        if name in grid and value is not None:
            found[name] = worth.ranking(grid, name, value)
    against = {} if base is None else _differences(found, base.figures, told["frauds"])
    threshold, alerts = worth.threshold_of(grid, place), worth.alerts_of(grid, place)
    return Standing(run, threshold, alerts, found, against, None, None, "")


def _differences(
    of_run: dict[str, Figure], of_base: dict[str, Figure], frauds: int
) -> dict[str, Verdict]:
    return {
        name: paired.compare(
            mine.value,
            of_base[name].value,
            mine.replicates,
            of_base[name].replicates,
            frauds,
            less_is_better=name in LESS_IS_BETTER,
        )
        for name, mine in of_run.items()
        if name in of_base
    }


def _adjusted(stood: list[Standing], measure: str) -> list[Standing]:
    """Give every run but the baseline its verdict, adjusted for how many were compared."""
    verdicts = [each.differences.get(measure, NOTHING) for each in stood[1:]]
    several = paired.holm([1.0 if each.p_value is None else each.p_value for each in verdicts])
    judged = []
    for standing, verdict, adjusted in zip(stood[1:], verdicts, several, strict=True):
        better, reason = verdict.better, verdict.reason
        if better is not None and adjusted >= 1 - CONFIDENCE:
            better = None
            reason = f"Not distinguishable once all {len(verdicts)} runs compared are allowed for."
        known = None if verdict.p_value is None else adjusted
        judged.append(replace(standing, adjusted=known, better=better, reason=reason))
    return [*stood[:1], *judged]
