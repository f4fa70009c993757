"""Average precision on the validation sample while one run learns."""

import pandas as pd
import plotly.graph_objects as go

from ui.charts.ink import HALF, RUNS, finish, ring, steps_axis


def figure(curve: pd.DataFrame, theme: str) -> go.Figure:
    """Return the chart of the `ap` column of backend.runs.loss_curve, the best point ringed."""
    fig = go.Figure()
    points = measured(curve)
    if len(points):
        fig.add_scatter(
            x=points["step"],
            y=points["ap"],
            name="Average precision",
            mode="lines+markers" if len(points) <= 60 else "lines",
            line={"color": RUNS[0], "width": 2.5},
            marker={"size": 5},
            cliponaxis=False,
            hovertemplate="%{y:.3f}",
        )
        best = points.nlargest(1, "ap").iloc[0]
        steps_axis(fig, float(points["step"].max()))
        ring(fig, best["step"], best["ap"], RUNS[0], f"best, {best['ap']:.3f}")
    if len(points) < 2:  # one point gives no scale of its own
        fig.update_yaxes(range=[0, 1])
    return finish(fig, theme, x="Training step", height=HALF, x_format=",d", y_format=".3~g")


def alt(curve: pd.DataFrame) -> str:
    """Return the chart in one sentence."""
    points = measured(curve)
    if points.empty:
        return "Average precision on validation: no point yet."
    last, best = points["ap"].iloc[-1], points["ap"].max()
    return f"Average precision on validation, now {last:.3f}, best {best:.3f}."


def measured(curve: pd.DataFrame) -> pd.DataFrame:
    """Return the points that carry an average precision, by step."""
    return curve[curve["ap"].notna()].sort_values("step")
