"""The losses of several runs over steps, time or epochs."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ui.charts import run_lines
from ui.charts.ink import MAIN, finish, rgba
from ui.charts.run_lines import RunLine

INSIDE = 250  # px that the y axis is high
AXES = {"step": "Training step", "seconds": "Time since the start", "epoch": "Epoch"}
UNITS = (("hours", 3_600.0, 3 * 3_600), ("minutes", 60.0, 3 * 60), ("seconds", 1.0, 0))


def figure(
    points: pd.DataFrame, lines: Sequence[RunLine], theme: str, x: str, log: bool
) -> go.Figure:
    """Return the curves of backend.curves.losses: run_id, x, y and raw, before smoothing.

    `x` is the title of the axis. Where a curve is smoothed, its points stand faint behind it,
    for coloured runs only.
    """
    fig = go.Figure()
    for line in lines:
        of = points[points["run_id"] == line.run_id]
        if line.cue is not None and not np.array_equal(of["raw"], of["y"], equal_nan=True):
            faint = {"color": rgba(line.cue.colour, 0.35), "width": 1}
            fig.add_scatter(x=of["x"], y=of["raw"], mode="lines", line=faint, hoverinfo="skip")
    run_lines.draw(fig, points, lines, y="%{y:.3f}", x="%{x:,.4~r}")
    run_lines.label_ends(fig, points, lines, INSIDE, log)
    fig.update_yaxes(type="log" if log else "linear")
    if log:
        fig.update_yaxes(dtick="D2")
    fig = finish(
        fig, theme, x=x, height=MAIN, right=26, x_format=",.4~r",
        y_format=".2~g" if log else ".2f", hover=run_lines.hover(lines),
    )  # fmt: skip
    fig.update_xaxes(rangemode="tozero")
    return fig


def alt(points: pd.DataFrame, lines: Sequence[RunLine], part: str) -> str:
    """Return the chart in one sentence."""
    told = []
    for line in lines:
        known = points[points["run_id"] == line.run_id]["y"].dropna()
        if line.letter and len(known):
            told.append(f"{line.letter} {known.min():.3f}")
    if not told:
        return f"{part} loss: no run has a point."
    return f"{part} loss of {points['run_id'].nunique()} runs. Lowest: {', '.join(told)}."


def in_unit(points: pd.DataFrame, axis: str) -> tuple[str, pd.DataFrame]:
    """Return (title of the axis, points), seconds turned into what suits the longest run.

    `axis` is a key of AXES.
    """
    if axis != "seconds" or points.empty:
        return AXES[axis], points
    longest = float(points["x"].max())
    name, size = next((name, size) for name, size, least in UNITS if longest >= least)
    return f"{AXES[axis]}, {name}", points.assign(x=points["x"] / size)
