"""The same scores part by part: seen and new customers, small and large amounts, month by month."""

from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backend.steps.interval import wilson
from backend.steps.metrics import FEWEST_FRAUDS, average_precision, value_detection_rate
from backend.steps.scored import DAY, Scored
from backend.steps.weeks import MONDAY

SEEN, AMOUNT, MONTH, WEEK = "entity seen", "amount", "month", "week"
SHARES = (0.25, 0.5, 0.75, 0.95)  # of the amounts, near which bands of amounts are cut
ROUND = np.array([1.0, 2.0, 5.0])  # first digits of the amounts they are cut at
LEGIBLE = 60  # periods that a person reads in a table
COLUMNS = ["kind", "name", "rows", "frauds", "ap", "recall", "low", "high", "value"]

Masks = dict[str, NDArray[np.bool_]]


def table(scored: Scored, threshold: float, seen: NDArray[np.bool_] | None = None) -> pd.DataFrame:
    """Return what the scores find in each slice; slices of a kind share out all rows.

    `seen` (n,) says whether a row's customer was in training, None without customers. Kinds:
    "entity seen", "amount" in bands cut at round numbers, and "month", or "week" on an elapsed
    clock and where all lies in one month. Columns: kind, name, rows, frauds (int), ap (NaN
    below 10 frauds or with one class), recall at `threshold` (NaN without frauds), low, high
    (its Wilson 95% interval), value (share of the frauds' amount found, NaN when that is 0). A
    kind with a single slice says nothing new and is left out. Empty without rows.
    """
    by_kind = {SEEN: _seen(seen), AMOUNT: _amounts(scored), **_times(scored)}
    told = [
        (kind, name, *_figures(scored.some(mask), threshold))
        for kind, masks in by_kind.items()
        if len(masks) > 1
        for name, mask in masks.items()
    ]
    frame = pd.DataFrame(told, columns=["kind", "name", "rows", "frauds", "ap", "found", "value"])
    low, high = wilson(frame["found"], frame["frauds"])
    recall = frame["found"] / frame["frauds"].where(frame["frauds"] > 0)
    return frame.assign(recall=recall, low=low, high=high)[COLUMNS]


def _figures(part: Scored, threshold: float) -> tuple[int, int, float, int, float]:
    """Return rows, frauds, AP, frauds found and share of their amount found."""
    frauds, alert = int(part.label.sum()), part.score >= threshold
    ranked = FEWEST_FRAUDS <= frauds < len(part)
    ap = average_precision(part.label, part.score) if ranked else np.nan
    value = value_detection_rate(part.label, part.money, alert)
    found = int(part.label[alert].sum())
    return len(part), frauds, ap, found, np.nan if value is None else value


def _seen(seen: NDArray[np.bool_] | None) -> Masks:
    return {} if seen is None else _held({"seen in training": seen, "new": ~seen})


def _amounts(scored: Scored) -> Masks:
    edges = round_edges(scored.amount)
    band = np.searchsorted(edges, scored.amount, side="right")
    known = ~np.isnan(scored.amount)
    masks = {name: known & (band == place) for place, name in enumerate(_bands(edges))}
    return _held({**masks, "unknown": ~known})


def round_edges(amount: NDArray[np.float64]) -> list[float]:
    """Return round amounts, rising, near the quartiles and the top twentieth of those above 0.

    Each is 1, 2 or 5 times a power of ten, the nearest by ratio. Empty without such amounts.
    """
    above = amount[amount > 0]
    if not len(above):
        return []
    wanted = np.quantile(above, SHARES)
    powers = np.arange(np.floor(np.log10(wanted[0])), np.ceil(np.log10(wanted[-1])) + 1)
    round_ones = (10.0 ** powers[:, None] * ROUND).ravel()
    nearest = np.abs(np.log(wanted[:, None] / round_ones)).argmin(axis=1)
    return [float(f"{edge:.0e}") for edge in round_ones[np.unique(nearest)]]


def _bands(edges: list[float]) -> list[str]:
    if not edges:
        return ["any"]
    said = [f"{edge:,.12g}" for edge in edges]
    between = [f"{low} to {high}" for low, high in pairwise(said)]
    return [f"under {said[0]}", *between, f"{said[-1]} and more"]


def _times(scored: Scored) -> dict[str, Masks]:
    if not scored.has_times:
        return {}
    day = np.floor(scored.time / DAY).astype(np.int64)
    if scored.clock != "date":
        week, place = np.unique(day // 7, return_inverse=True)
        return {WEEK: _periods(place, [f"week {each + 1:,}" for each in week])}
    month, place = np.unique(
        day.astype("datetime64[D]").astype("datetime64[M]"), return_inverse=True
    )
    if len(month) > 1:
        return {MONTH: _periods(place, [str(each) for each in month])}
    monday, place = np.unique(day - (day - MONDAY) % 7, return_inverse=True)
    return {WEEK: _periods(place, [f"from {each}" for each in monday.astype("datetime64[D]")])}


def _periods(place: NDArray[np.int64], names: list[str]) -> Masks:
    """Return the rows of each period, neighbours together until a person can read the list."""
    together = -(-len(names) // LEGIBLE)
    masks: Masks = {}
    for first in range(0, len(names), together):
        last = min(first + together, len(names)) - 1
        name = names[first] if last == first else f"{names[first]} to {names[last]}"
        masks[name] = (place >= first) & (place <= last)
    return masks


def _held(masks: Masks) -> Masks:
    return {name: mask for name, mask in masks.items() if mask.any()}
