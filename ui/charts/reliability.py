"""Are the scores probabilities? Share of frauds by score, both on logarithmic scales."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ui.charts.ink import GUIDE, HALF, RUNS, finish, rgba

DECADES = 5  # below the highest score; what lies lower stands on the edge


def figure(bins: pd.DataFrame, slot: int, theme: str) -> go.Figure:
    """Return a dot per bin (score, observed, low, high, rows) with its Wilson bar.

    A bin without a fraud is a hollow dot on the lower edge, since nothing has no logarithm.
    """
    fig = go.Figure()
    floor = _floor(bins)
    fig.add_scatter(
        x=[floor, 1], y=[floor, 1], mode="lines", hoverinfo="skip",
        line={"color": GUIDE, "width": 1, "dash": "dot"},
    )  # fmt: skip
    seen = bins["observed"] > 0
    colour = RUNS[slot % len(RUNS)]
    if (~seen).any():
        _dots(fig, bins[~seen], floor, "circle-open", colour, rgba(colour, 0.35))
    if seen.any():
        _dots(fig, bins[seen], floor, "circle", colour, colour)
    ends = [np.log10(floor) - 0.15, 0.05]
    fig.update_xaxes(type="log", range=ends, dtick=1)
    fig.update_yaxes(type="log", range=ends, dtick=1)
    fig = finish(fig, theme, x="Score", height=HALF, hover="closest")
    decades = 10.0 ** np.arange(np.ceil(np.log10(floor)), 1)
    words = [_percent(each) for each in decades]
    fig.update_xaxes(tickvals=decades, ticktext=words)
    fig.update_yaxes(tickvals=decades, ticktext=words)
    return fig


def alt(bins: pd.DataFrame) -> str:
    """Return the chart in one sentence."""
    if bins.empty:
        return "Share of frauds by score: too few rows to draw it."
    inside = int(((bins["low"] <= bins["score"]) & (bins["score"] <= bins["high"])).sum())
    return (
        f"Share of frauds by score in {len(bins)} groups of equal size: in {inside} of them the "
        "score lies within the 95% interval of what was observed."
    )


def _dots(
    fig: go.Figure, bins: pd.DataFrame, floor: float, symbol: str, colour: str, bar: str
) -> None:
    y = bins["observed"].clip(lower=floor)
    fig.add_scatter(
        x=bins["score"].clip(lower=floor),
        y=y,
        name="",
        mode="markers",
        marker={"color": colour, "size": 7, "symbol": symbol},
        error_y={
            "array": bins["high"] - y,
            "arrayminus": y - bins["low"].clip(lower=floor),
            "color": bar,
            "thickness": 1,
            "width": 0,
        },
        customdata=bins[["score", "observed", "low", "high", "rows"]],
        hovertemplate=(
            "score %{customdata[0]:.3~g}<br>%{customdata[1]:.2~%} fraud "
            "(%{customdata[2]:.2~%} to %{customdata[3]:.2~%})<br>%{customdata[4]:,} transactions"
        ),
    )


def _floor(bins: pd.DataFrame) -> float:
    """The lowest power of ten on both axes: at most DECADES below 1, never above 0.01."""
    positive = pd.concat([bins["score"], bins["observed"]])
    positive = positive[positive > 0]
    lowest = float(positive.min()) if len(positive) else 0.01
    return float(10.0 ** max(-DECADES, min(-2, np.floor(np.log10(lowest)))))


def _percent(share: float) -> str:
    return f"{100 * share:g}%"
