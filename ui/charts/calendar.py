"""Weeks and periods on an axis of time: dates for dated files, numbered weeks for the others."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ui.charts.ink import GUIDE, rgba

DAY, WEEK = 86_400, 7 * 86_400  # seconds
MILLISECONDS = 1_000  # the unit of a width on a date axis
LONG = 30 * WEEK  # over more than half a year, days of the month are noise
LEAST = 0.034  # share of the axis in which two short words stand


def place(seconds: float, dated: bool) -> Any:
    """Return where a moment stands on the axis: a date, or the number of its week from 1 on."""
    return pd.Timestamp(seconds, unit="s") if dated else seconds / WEEK + 1


def width(seconds: float, dated: bool) -> float:
    """Return a length on the axis."""
    return seconds * MILLISECONDS if dated else seconds / WEEK


def seconds_of(start: pd.Series) -> pd.Series:
    """Return the seconds at which weeks of backend.steps.weeks start."""
    if pd.api.types.is_datetime64_any_dtype(start):
        return start.astype("datetime64[s]").astype("int64")
    return start * DAY


def axis(first: float, last: float, dated: bool) -> dict[str, Any]:
    """Return what `ink.finish` needs to know of an axis from first to last, in seconds."""
    if not dated:
        return {"x": "Week since the first transaction", "x_format": "d"}
    return {"x_format": "%b %Y" if last - first > LONG else "%-d %b"}


def monday_ticks(fig: go.Figure, start: pd.Series, every: float) -> None:
    """Set at most six ticks, on first days, where a chart shows few weeks of so many seconds."""
    if 0 < len(start) * every <= LONG and pd.api.types.is_datetime64_any_dtype(start):
        step = -(-len(start) // 6) * every * MILLISECONDS
        fig.update_xaxes(tick0=start.iloc[0], dtick=step)


def shade(
    fig: go.Figure,
    spans: Iterable[tuple[float, float]],
    ends: tuple[float, float],
    dated: bool,
    **words: Any,
) -> None:
    """Grey some stretches over the whole height, with words where they are wide enough.

    `words` says what the words are and how high they stand, as an annotation takes it.
    """
    for start, end in spans:
        start, end = max(start, ends[0]), min(end, ends[1])
        if end <= start:
            continue
        edges = {"x0": place(start, dated), "x1": place(end, dated), "y0": 0, "y1": 1}
        grey = {"fillcolor": rgba(GUIDE, 0.16), "line_width": 0, "layer": "below"}
        fig.add_shape(type="rect", yref="paper", **edges, **grey)
        if end - start >= LEAST * (ends[1] - ends[0]):
            fig.add_annotation(x=place((start + end) / 2, dated), showarrow=False, **words)
