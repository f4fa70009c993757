"""The loss of one run while it learns: grey training, blue validation, what is still to come."""

import math

import pandas as pd
import plotly.graph_objects as go

from ui.charts.ink import LEGIT, MAIN, RUNS, finish, guide, region, rgba, ring, steps_axis

WINDOW = 21  # points of the centred mean; exponential smoothing lies above a falling loss
FEWEST_TO_SMOOTH = 2 * WINDOW
MARKED = 60  # more validation points than this are drawn without markers


def figure(
    curve: pd.DataFrame,
    steps_total: int,
    theme: str,
    log: bool = False,
    training: bool = True,
    validation: bool = True,
    resumed: int = 0,
) -> go.Figure:
    """Return the chart of backend.runs.loss_curve; `steps_total` 0 draws no empty region.

    A loss that was not a number leaves a gap in its line. A dotted line stands at the step
    that the run resumed from; 0 draws none.
    """
    fig = go.Figure()
    if training:
        _training(fig, part(curve, "train"), log)
    if validation:
        _validation(fig, part(curve, "validation"), log)
    last = float(curve["step"].max()) if len(curve) else 0.0
    if resumed:
        _resumed(fig, resumed, max(steps_total, last))
    if steps_total > last > 0:
        region(fig, last, steps_total, "still to come" if last < 0.8 * steps_total else "")
    fig.update_yaxes(type="log" if log else "linear")
    if log:
        fig.update_yaxes(dtick="D2")
    steps_axis(fig, max(steps_total, last))
    right = 84 if last > 0.88 * steps_total else 16  # room for the labels at the lines' ends
    return finish(
        fig,
        theme,
        x="Training step",
        height=MAIN,
        right=right,
        x_format=",d",
        y_format=".2~g" if log else ".3~g",
    )


def alt(curve: pd.DataFrame, steps_total: int, resumed: int = 0) -> str:
    """Return the chart in one sentence, for those who do not see it."""
    validation, training = part(curve, "validation"), part(curve, "train")
    if validation.empty:
        shown = "no validation point yet"
    else:
        first, last = validation["loss"].iloc[0], validation["loss"].iloc[-1]
        shown = f"validation loss from {first:.3f} to {last:.3f}"
    if len(training):
        shown += f", training loss now {training['loss'].iloc[-1]:.3f}"
    if resumed:
        shown += f", resumed from step {resumed:,}"
    return f"Loss by training step, planned to step {steps_total:,}: {shown}."


def smoothed(losses: pd.Series) -> pd.Series:
    """Return the centred mean of WINDOW points; the ends use what they have."""
    return losses.rolling(WINDOW, center=True, min_periods=1).mean()


def is_smoothed(curve: pd.DataFrame) -> bool:
    """True when the training line has enough points for a mean to say more than the points."""
    return len(part(curve, "train")) >= FEWEST_TO_SMOOTH


def part(curve: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the points of one part, by step."""
    return curve[curve["part"] == name].sort_values("step")


def _resumed(fig: go.Figure, step: int, end: float) -> None:
    """Mark where the run resumed, with words on the side that has room."""
    guide(fig, step)
    left = step > 0.6 * end
    fig.add_annotation(
        x=step,
        y=1,
        yref="paper",
        text=f"resumed from {step:,}",
        showarrow=False,
        xshift=-5 if left else 5,
        xanchor="right" if left else "left",
        yanchor="top",
    )


def _training(fig: go.Figure, points: pd.DataFrame, log: bool) -> None:
    if points.empty:
        return
    line = points["loss"]
    if len(points) >= FEWEST_TO_SMOOTH:
        raw = {"color": rgba(LEGIT, 0.35), "width": 1}
        fig.add_scatter(x=points["step"], y=line, mode="lines", line=raw, hoverinfo="skip")
        line = smoothed(line)
    fig.add_scatter(
        x=points["step"],
        y=line,
        name="Training",
        mode="lines",
        line={"color": LEGIT, "width": 2},
        hovertemplate="%{y:.3f}",
    )
    _label(fig, "Training", points["step"], line, log, below=True)


def _validation(fig: go.Figure, points: pd.DataFrame, log: bool) -> None:
    if points.empty:
        return
    fig.add_scatter(
        x=points["step"],
        y=points["loss"],
        name="Validation",
        mode="lines+markers" if len(points) <= MARKED else "lines",
        line={"color": RUNS[0], "width": 2.5},
        marker={"size": 5},
        cliponaxis=False,
        hovertemplate="%{y:.3f}",
    )
    if points["loss"].notna().any():
        best = points.nsmallest(1, "loss").iloc[0]
        ring(fig, best["step"], best["loss"], RUNS[0], f"lowest, {best['loss']:.3f}")
        _label(fig, "Validation", points["step"], points["loss"], log, below=False)


def _label(fig: go.Figure, text: str, x: pd.Series, y: pd.Series, log: bool, below: bool) -> None:
    known = y.dropna()
    if known.empty or (log and known.iloc[-1] <= 0):
        return
    height = known.iloc[-1]
    fig.add_annotation(
        x=x.loc[known.index[-1:]].iloc[0],
        y=math.log10(height) if log else height,  # Plotly places notes on a log axis by exponent
        text=text,
        showarrow=False,
        xanchor="left",
        yanchor="middle",
        xshift=10,
        yshift=-8 if below else 8,
    )
