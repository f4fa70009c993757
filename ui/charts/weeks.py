"""Frauds by week, the unfinished week pale."""

import pandas as pd
import plotly.graph_objects as go

from ui.charts.ink import FRAUD, STRIP, finish, rgba

LONG = 30  # weeks
WEEK = 7 * 86_400_000  # ms, the unit of a date axis


def figure(weeks: pd.DataFrame, theme: str) -> go.Figure:
    """Return bars of backend.pictures.by_week, one per week."""
    fig = go.Figure()
    dated = pd.api.types.is_datetime64_any_dtype(weeks["start"])
    fig.add_bar(
        x=weeks["start"] if dated else weeks["start"] / 7 + 1,
        y=weeks["frauds"],
        customdata=weeks["transactions"],
        marker={"color": [FRAUD if whole else rgba(FRAUD, 0.4) for whole in weeks["complete"]]},
        hovertemplate=("week of %{x|%-d %b %Y}" if dated else "week %{x:.0f}")
        + "<br>%{y:,} frauds of %{customdata:,} transactions<extra></extra>",
    )
    fig.update_yaxes(rangemode="tozero")
    fig = finish(
        fig,
        theme,
        x="" if dated else "Week since the first transaction",
        height=STRIP,
        x_format=_format(weeks) if dated else "d",
        y_format=",d",
        hover="closest",
    )
    if dated and 0 < len(weeks) <= LONG:  # on the Mondays themselves, at most six of them
        fig.update_xaxes(tick0=weeks["start"].iloc[0], dtick=-(-len(weeks) // 6) * WEEK)
    return fig


def _format(weeks: pd.DataFrame) -> str:
    return "%b %Y" if len(weeks) > LONG else "%-d %b"  # over more than half a year, days are noise


def alt(weeks: pd.DataFrame) -> str:
    """Return the chart in one sentence."""
    if weeks.empty:
        return "Frauds by week: the transactions carry no time."
    low, high = int(weeks["frauds"].min()), int(weeks["frauds"].max())
    return f"Frauds by week over {len(weeks)} weeks, between {low:,} and {high:,} a week."
