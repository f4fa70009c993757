"""Net value by alerts a day: what each run is worth in money, at any workload."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ui.charts import run_lines
from ui.charts.amounts import money
from ui.charts.ink import HALF, finish, guide
from ui.charts.run_lines import RunLine

MOST_TICKS = 6
INSIDE = 200  # px that the y axis is high


def figure(
    points: pd.DataFrame,
    lines: Sequence[RunLine],
    theme: str,
    currency: str,
    x: str,
    at: float | None = None,
) -> go.Figure:
    """Return the curves of backend.comparisons.net_value: run_id, x, y, low, high.

    `x` names the axis of alerts, `currency` is a sign to stand before figures, and `at`
    marks the number of alerts that is compared.
    """
    fig = go.Figure()
    run_lines.draw(fig, points, lines, y=currency + "%{y:,.0f}", x="%{x:,.3~r} alerts")
    run_lines.label_ends(fig, points, lines, INSIDE)
    if at is not None:
        guide(fig, at)
    fig = finish(
        fig, theme, x=x, height=HALF, right=26, x_format=",.3~r", hover=run_lines.hover(lines)
    )
    fig.update_xaxes(rangemode="tozero")
    shown = points[["y", "low", "high"]].to_numpy(dtype=float)
    if np.isfinite(shown).any():
        ticks = _ticks(min(np.nanmin(shown), 0.0), max(np.nanmax(shown), 0.0))
        words = [("−" if tick < 0 else "") + money(abs(tick), currency) for tick in ticks]
        fig.update_yaxes(tickvals=ticks, ticktext=words)
    return fig


def _ticks(low: float, high: float) -> list[float]:
    """Round amounts from low to high: a prefix before a minus would read as "€−20k"."""
    rough = (high - low or 1.0) / (MOST_TICKS - 1)
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * each for each in (1, 2, 5, 10) if size * each >= rough)
    return [step * n for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def alt(points: pd.DataFrame, lines: Sequence[RunLine], currency: str) -> str:
    """Return the chart in one sentence."""
    told = [
        f"{line.letter} {currency}{points[points['run_id'] == line.run_id]['y'].max():,.0f}"
        for line in lines
        if line.letter and (points["run_id"] == line.run_id).any()
    ]
    if not told:
        return "Net value by alerts: no run has a curve."
    return f"Net value by alerts. Highest: {', '.join(told)}."
