"""Net value by threshold: one look tells whether one stands at the top, and may go there."""

import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ui.charts import odds
from ui.charts.amounts import money
from ui.charts.ink import GUIDE, MAIN, RUNS, band, finish, guide, region, ring

ROOM = 1.12  # above the highest point of the band
DEEPEST = 0.35  # of the height that losses may take; what lies deeper is cut off
WORDS_FIT = 0.22  # of the axis, below which the words of the region have no room in it

Point = tuple[float, float]  # threshold and net value


def figure(
    curve: pd.DataFrame,
    chosen: Point,
    best: Point,
    limit: float,
    currency: str,
    slot: int,
    theme: str,
) -> go.Figure:
    """Return the curve of backend.thresholds.curve: threshold, alerts, value, low, high.

    The chosen threshold is a guide, the best one is ringed, and below `limit`, 0 for none,
    there are more alerts than can be reviewed.
    """
    fig = go.Figure()
    colour = RUNS[slot % len(RUNS)]
    drawn = curve.sort_values("threshold")
    x = odds.place(drawn["threshold"])
    drawn = drawn.assign(
        low=drawn["low"].fillna(drawn["value"]), high=drawn["high"].fillna(drawn["value"])
    )
    band(fig, x.tolist(), drawn["low"], drawn["high"], colour)
    fig.add_scatter(
        x=x,
        y=drawn["value"],
        name="",
        mode="lines",
        line={"color": colour, "width": 2},
        customdata=drawn[["threshold", "alerts", "low", "high"]],
        hovertemplate=(
            f"alert from %{{customdata[0]:.3~g}}, %{{customdata[1]:,.3~g}} alerts<br>{currency}"
            f"%{{y:,.0f}} ({currency}%{{customdata[2]:,.0f}} to {currency}%{{customdata[3]:,.0f}})"
        ),
    )
    ring(fig, float(odds.place(best[0])), best[1], colour, f"best: {currency}%{{y:,.0f}}")
    low, high = _reach(drawn, chosen, best)
    start, end = float(odds.place(low)), float(odds.place(high))
    _mark_limit(fig, limit, start, end)
    _mark_chosen(fig, chosen[0], start, end)
    fig = finish(fig, theme, x="Threshold", height=MAIN, hover="closest")
    odds.axis(fig, start, end)
    _value_axis(fig, drawn, best[1], currency)
    return fig


def alt(curve: pd.DataFrame, chosen: Point, best: Point, currency: str) -> str:
    """Return the chart in one sentence."""
    if curve.empty:
        return "Net value by threshold: this run has no curve."
    return (
        f"Net value by threshold: highest from {best[0]:g} on with {currency}{best[1]:,.0f}, "
        f"at the chosen {chosen[0]:g} it is {currency}{chosen[1]:,.0f}."
    )


def _reach(curve: pd.DataFrame, chosen: Point, best: Point) -> tuple[float, float]:
    """Thresholds between which there is something to see: not far below where value turns."""
    top = float(curve["high"].max())
    floor = -DEEPEST * max(top, 0.0)
    seen = curve[curve["high"] >= floor] if top > 0 else curve
    lowest = min(float(seen["threshold"].min()), chosen[0], best[0])
    return lowest, max(float(curve["threshold"].max()), chosen[0], best[0])


def _mark_limit(fig: go.Figure, limit: float, start: float, end: float) -> None:
    place = float(odds.place(limit))
    if limit <= 0 or place <= start:
        return
    region(fig, start - odds.ROOM, min(place, end), "")
    if (place - start) / max(end - start, 1e-9) >= WORDS_FIT:
        fig.add_annotation(
            x=(start + min(place, end)) / 2, y=1, yref="paper", yanchor="top",
            text="more alerts than<br>you can review", showarrow=False,
        )  # fmt: skip


def _mark_chosen(fig: go.Figure, threshold: float, start: float, end: float) -> None:
    place = float(odds.place(threshold))
    guide(fig, place)
    left = place > start + 0.6 * (end - start)
    fig.add_annotation(
        x=place, y=0, yref="paper", yanchor="bottom", text=f"alert from {threshold:g}",
        showarrow=False, xanchor="right" if left else "left", xshift=-5 if left else 5,
    )  # fmt: skip


def _value_axis(fig: go.Figure, curve: pd.DataFrame, best: float, currency: str) -> None:
    top = max(float(np.nanmax([curve["value"].max(), curve["high"].max(), best])), 0.0)
    depth = float(np.nanmin([curve["value"].min(), curve["low"].min(), 0.0]))
    bottom = max(depth, -DEEPEST * top) if top > 0 else depth
    step = _step((top - bottom) / 4 or 1.0)
    ticks = np.arange(math.ceil(bottom / step), math.floor(ROOM * top / step) + 1) * step
    fig.update_yaxes(
        range=[ROOM * bottom if bottom < 0 else 0, ROOM * top or step],
        tickvals=ticks,
        ticktext=[("−" if tick < 0 else "") + money(abs(tick), currency) for tick in ticks],
    )
    if bottom < 0:
        fig.add_hline(y=0, line={"color": GUIDE, "width": 1})


def _step(rough: float) -> float:
    """The round distance between ticks next above a rough one: 1, 2 or 5 times a power of ten."""
    size = 10.0 ** math.floor(math.log10(rough))
    return next(size * each for each in (1, 2, 5, 10) if size * each >= rough)
