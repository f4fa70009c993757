"""Precision by recall of one run, with its 95% band, and where its threshold stands."""

import pandas as pd
import plotly.graph_objects as go

from ui.charts.ink import GUIDE, HALF, RUNS, band, finish, ring

Point = tuple[float, float]  # recall, precision


def figure(
    curve: pd.DataFrame, chance: float | None, at: Point | None, slot: int, theme: str
) -> go.Figure:
    """Return the curve of a judgement: recall, precision, low, high, all 0 to 1.

    `chance` is the share of frauds, what alerts drawn by lot would reach; `at` is ringed.
    """
    fig = go.Figure()
    colour = RUNS[slot % len(RUNS)]
    known = curve.dropna()
    band(fig, known["recall"].tolist(), known["low"], known["high"], colour)
    fig.add_scatter(
        x=known["recall"],
        y=known["precision"],
        name="",
        mode="lines",
        line={"color": colour, "width": 2},
        customdata=known[["low", "high"]],
        hovertemplate="%{y:.1%} right (%{customdata[0]:.1%} to %{customdata[1]:.1%})",
    )
    if at is not None:
        ring(fig, *at, colour, "threshold: %{y:.1%} right")
    if chance is not None:
        fig.add_hline(y=chance, line={"color": GUIDE, "width": 1, "dash": "dot"})
        fig.add_annotation(
            x=0, xref="paper", y=chance, text="by lot", showarrow=False,
            xanchor="left", yanchor="bottom", xshift=2,
        )  # fmt: skip
    fig.update_xaxes(range=[0, 1.02])
    fig.update_yaxes(range=[0, 1.04])
    return finish(
        fig, theme, x="Share of frauds found", height=HALF, x_format=".0%", y_format=".0%"
    )


def alt(curve: pd.DataFrame) -> str:
    """Return the chart in one sentence."""
    known = curve.dropna()
    if known.empty:
        return "Precision by recall: too few frauds to draw it."
    told = [
        f"{row.precision:.0%} right at {row.recall:.0%} found"
        for row in known.iloc[[share * (len(known) - 1) // 10 for share in (2, 5, 8)]].itertuples()
    ]
    return f"Share of alerts that are fraud, by share of frauds found: {', '.join(told)}."
