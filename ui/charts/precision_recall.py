"""Precision by recall of runs, each with its 95% interval."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from ui.charts import run_lines
from ui.charts.ink import HALF, finish
from ui.charts.run_lines import RunLine

LABELLED = (0.2, 0.9)  # recall between which the letters stand: all curves end in one point


def figure(points: pd.DataFrame, lines: Sequence[RunLine], theme: str) -> go.Figure:
    """Return the curves of backend.comparisons.precision_recall: run_id, x, y, low, high.

    x is recall and y precision, both from 0 to 1.
    """
    fig = go.Figure()
    run_lines.draw(fig, points, lines, y="%{y:.1%}", x="recall %{x:.0%}")
    run_lines.label_between(fig, points, lines, LABELLED)
    fig = finish(
        fig, theme, x="Recall", height=HALF, x_format=".0%", y_format=".0%",
        hover=run_lines.hover(lines),
    )  # fmt: skip
    fig.update_xaxes(range=[0, 1])
    fig.update_yaxes(rangemode="tozero")
    return fig


def alt(points: pd.DataFrame, lines: Sequence[RunLine]) -> str:
    """Return the chart in one sentence."""
    told = [
        f"{line.letter} {_at_half(points[points['run_id'] == line.run_id]):.0%}"
        for line in lines
        if line.letter and (points["run_id"] == line.run_id).any()
    ]
    if not told:
        return "Precision by recall: no run has a curve."
    return f"Precision by recall. Where half of the frauds are found: {', '.join(told)}."


def _at_half(curve: pd.DataFrame) -> float:
    return float(curve.iloc[(curve["x"] - 0.5).abs().argmin()]["y"])
