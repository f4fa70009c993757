"""The groups with the highest fraud rates: a dot with its interval, the counts at the right."""

from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ui.charts.ink import FRAUD, finish, guide, rgba

ROW, FRAME = 33, 62  # px: height of one group, and of what stands around them
LONGEST = 22  # letters of a name


def figure(groups: pd.DataFrame, usual: float, theme: str) -> go.Figure:
    """Return dots of backend.pictures' `groups`, highest first; a dotted line at `usual`.

    A group that does not stand out from chance is drawn hollow.
    """
    fig = go.Figure()
    place = list(range(len(groups)))
    fig.add_scatter(
        x=groups["rate"],
        y=place,
        mode="markers",
        marker={
            "size": 9,
            "color": [FRAUD if sure else "rgba(0,0,0,0)" for sure in groups["stands_out"]],
            "line": {"color": FRAUD, "width": 2},
        },
        error_x={
            "type": "data",
            "array": groups["high"] - groups["rate"],
            "arrayminus": groups["rate"] - groups["low"],
            "color": rgba(FRAUD, 0.7),
            "thickness": 2,
            "width": 0,
        },
        text=[_told(group) for group in groups.itertuples()],
        hovertemplate="%{text}<extra></extra>",
    )
    guide(fig, x=usual)
    for at, group in zip(place, groups.itertuples(), strict=True):
        fig.add_annotation(
            x=1, xref="paper", y=at, xanchor="left", xshift=8, showarrow=False,
            text=f"{group.frauds:,} of {group.rows:,}",
        )  # fmt: skip
    fig = finish(fig, theme, height=height(len(groups)), right=96, x_format=".2~%", hover="closest")
    fig.update_xaxes(rangemode="tozero", nticks=5)
    fig.update_yaxes(
        tickvals=place,
        ticktext=[_name(group) for group in groups.itertuples()],
        range=[len(groups) - 0.4, -0.6],
        showgrid=False,
    )
    return fig


def alt(groups: pd.DataFrame) -> str:
    """Return the chart in one sentence."""
    if groups.empty:
        return "Fraud rate by category: no category has frauds and transactions enough."
    top = groups.iloc[0]
    return (
        f"The {len(groups)} categories with the highest fraud rates, led by {top['value']} "
        f"({top['column']}) at {top['rate']:.2%}, 95% interval {top['low']:.2%} to "
        f"{top['high']:.2%}."
    )


def height(rows: int) -> int:
    """Return the height of a chart of so many groups, px."""
    return ROW * rows + FRAME


def short(text: str) -> str:
    """Return a name that fits beside the chart, harmless in it."""
    return escape(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")


def _name(group: Any) -> str:
    return f'{short(group.value)}<br><span style="font-size:10px">{short(group.column)}</span>'


def _told(group: Any) -> str:
    return (
        f"{escape(group.value)}<br>{group.rate:.2%}, 95% interval {group.low:.2%} to "
        f"{group.high:.2%}<br>{group.frauds:,} frauds of {group.rows:,} transactions"
    )
