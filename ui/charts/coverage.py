"""How much of each period is labelled, as a strip in time."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ui.charts.calendar import axis, monday_ticks, place, shade, width
from ui.charts.ink import LEGIT, finish, rgba

HEIGHT = 132  # px
HATCH = {
    "shape": "/",
    "fillmode": "replace",
    "bgcolor": "rgba(0,0,0,0)",
    "size": 8,
    "solidity": 0.16,
}


def figure(
    periods: pd.DataFrame, spans: Sequence[tuple[float, float]], theme: str, dated: bool
) -> go.Figure:
    """Return one bar per period, as high as its share of labelled transactions.

    `periods` is the `coverage` frame of backend.pictures; the bars of those that are not
    covered are hatched. `spans` are the greyed periods, in seconds.
    """
    fig = go.Figure()
    length = periods["end"] - periods["start"]
    ends = (float(periods["start"].min()), float(periods["end"].max()))
    share = periods["labelled"] / periods["transactions"]
    text = pd.Series([told(period, dated) for period in periods.itertuples()], dtype=str)
    middle = pd.Series([place(each, dated) for each in periods["start"] + length / 2])
    wide = pd.Series([width(0.92 * each, dated) for each in length])
    covered = periods["covered"].astype(bool)
    hatched = {"color": LEGIT, "pattern": HATCH}
    for these, height, marker in (
        (covered, share, {"color": rgba(LEGIT, 0.75)}),
        (~covered, share * 0 + 1, hatched),
    ):
        fig.add_bar(
            x=middle[these],
            y=height[these],
            width=wide[these],
            marker={"line_width": 0, **marker},
            text=text[these],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    above = {"y": 1, "yref": "paper", "yanchor": "bottom", "text": "left out"}
    shade(fig, spans, ends, dated, **above)
    fig = finish(fig, theme, height=HEIGHT, hover="closest", **axis(*ends, dated))
    fig.update_layout(barmode="overlay", margin_t=22)
    fig.update_xaxes(range=[place(end, dated) for end in ends])
    if dated:
        monday_ticks(fig, periods["start"].map(partial(place, dated=True)), float(length.max()))
    fig.update_yaxes(range=[0, 1.02], tickvals=[0, 0.5, 1], tickformat=".0%")
    return fig


def alt(periods: pd.DataFrame) -> str:
    """Return the chart in one sentence."""
    if periods.empty:
        return "Label coverage: the transactions carry no time."
    gaps = int((~periods["covered"].astype(bool)).sum())
    share = periods["labelled"].sum() / periods["transactions"].sum()
    return (
        f"Label coverage over {len(periods)} periods: {share:.0%} of transactions have a label, "
        f"{gaps or 'no'} {'period has' if gaps == 1 else 'periods have'} labels that cannot be "
        "trusted."
    )


def told(period: Any, dated: bool) -> str:
    """Return what is said of one period under the pointer."""
    start, end = place(period.start, dated), place(period.end, dated)
    if not dated:
        when = f"Week {start:.0f}"
    elif (end - start).days == 7:
        when = f"Week of {start:%-d %b %Y}"
    else:
        when = f"{start:%B %Y}"
    return (
        f"{when}<br>{period.labelled:,} of {period.transactions:,} transactions labelled<br>"
        f"{period.frauds:,} frauds"
    )
