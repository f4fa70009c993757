"""Transactions and fraud rate by week, one above the other; weeks without labels are greyed."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from backend.steps.spans import within
from backend.steps.weeks import rates, thinned
from ui.charts.calendar import WEEK, axis, monday_ticks, place, seconds_of, shade, width
from ui.charts.ink import FRAUD, LEGIT, MAIN, band, finish, rgba

STEEP = 3  # times the highest rate beyond which a band runs out of the picture
MARKED = 60  # more weeks than this are drawn without markers

Spans = Sequence[tuple[float, float]]


def figure(weeks: pd.DataFrame, spans: Spans, theme: str) -> go.Figure:
    """Return bars of transactions above the fraud rate with its interval, week by week.

    `weeks` is backend.pictures' frame, drawn in groups of weeks where there are too many;
    `spans` are the greyed periods, in seconds.
    """
    weeks, many = thinned(weeks)
    long = many * WEEK
    dated = pd.api.types.is_datetime64_any_dtype(weeks["start"])
    start = seconds_of(weeks["start"])
    ends = (float(start.min()), float(start.max() + long))
    middle = [place(each + long / 2, dated) for each in start]
    told = [_told(week) for week in weeks.itertuples()]
    rated = known(weeks, spans, long)
    fig = _frames(bool(rated.any()), many)
    _volume(fig, weeks, middle, width(0.86 * long, dated), told)
    if rated.any():
        _rate(fig, weeks, rated, middle, told)
    inside = {"y": 0.5, "yref": "paper", "yanchor": "top", "text": "no<br>labels"}
    shade(fig, spans, ends, dated, **inside)
    fig = finish(fig, theme, height=MAIN, hover="closest", **axis(*ends, dated))
    fig.update_layout(margin_t=26)
    fig.update_xaxes(range=[place(end, dated) for end in ends])
    monday_ticks(fig, weeks["start"], long)
    fig.update_yaxes(rangemode="tozero")
    fig.update_yaxes(tickformat="~s", nticks=3, row=1)
    if rated.any():
        fig.update_xaxes(title_text="", row=1)
        fig.update_yaxes(tickformat=".2~%", nticks=5, range=[0, _top(weeks, rated)], row=2)
    return fig


def alt(weeks: pd.DataFrame, spans: Spans) -> str:
    """Return the chart in one sentence."""
    if weeks.empty:
        return "Transactions and fraud rate by week: the transactions carry no time."
    whole = weeks[weeks["complete"] & (weeks["labelled"] > 0)]
    shown = whole if len(whole) else weeks
    rate = (shown["frauds"] / shown["labelled"].clip(lower=1)).fillna(0)
    low, high = int(shown["transactions"].min()), int(shown["transactions"].max())
    greyed = f" {len(spans)} greyed as without labels." if spans else ""
    return (
        f"{low:,} to {high:,} transactions a week over {len(weeks)} weeks; "
        f"between {rate.min():.2%} and {rate.max():.2%} of them are fraud.{greyed}"
    )


def _frames(rated: bool, many: int) -> go.Figure:
    """One frame for the volume, and one below it for the rate where there is any."""
    titles = [_title(many), "Fraud rate"]
    shape: dict[str, Any] = {"rows": 2, "row_heights": [0.38, 0.62]} if rated else {"rows": 1}
    fig = make_subplots(shared_xaxes=True, vertical_spacing=0.1, **shape)
    for row, words in enumerate(titles[: shape["rows"]], 1):
        number = "" if row == 1 else str(row)
        fig.add_annotation(
            x=0,
            y=1,
            xref="x domain",
            yref=f"y{number} domain",
            xanchor="left",
            yanchor="bottom",
            text=words,
            showarrow=False,
        )
    return fig


def _volume(
    fig: go.Figure, weeks: pd.DataFrame, middle: list[object], wide: float, told: list[str]
) -> None:
    fig.add_bar(
        x=middle,
        y=weeks["transactions"],
        width=wide,
        marker={
            "color": [LEGIT if whole else rgba(LEGIT, 0.4) for whole in weeks["complete"]],
            "line_width": 0,
        },
        text=told,
        textposition="none",
        hovertemplate="%{text}<extra></extra>",
        row=1,
        col=1,
    )


def known(weeks: pd.DataFrame, spans: Spans, long: int) -> NDArray[np.bool_]:
    """Tell which weeks (n,), `long` seconds each, have a rate: labels, and most not greyed."""
    middle = seconds_of(weeks["start"]).to_numpy(dtype=np.float64) + long / 2
    return (weeks["labelled"] > 0).to_numpy() & ~within(middle, spans)


def _rate(
    fig: go.Figure,
    weeks: pd.DataFrame,
    rated: NDArray[np.bool_],
    middle: list[object],
    told: list[str],
) -> None:
    low, high = rates(weeks)
    for start, end in _runs(rated):  # a band over a gap would fill the gap
        band(fig, middle[start:end], low[start:end], high[start:end], FRAUD, row=2, col=1)
    fig.add_scatter(
        x=middle,
        y=(weeks["frauds"] / weeks["labelled"]).where(rated),
        mode="lines+markers" if len(weeks) <= MARKED else "lines",
        line={"color": FRAUD, "width": 2},
        marker={"size": 5},
        text=told,
        hovertemplate="%{text}<extra></extra>",
        row=2,
        col=1,
    )


def _top(weeks: pd.DataFrame, rated: NDArray[np.bool_]) -> float:
    """Return where the axis of the rate ends: no band makes the line too flat to be read."""
    _, high = rates(weeks)
    highest = float((weeks["frauds"] / weeks["labelled"]).where(rated).max())
    band_ends = float(np.max(high[rated]))
    return 1.05 * (min(band_ends, STEEP * highest) if highest else band_ends)


def _title(many: int) -> str:
    return "Transactions a week" if many == 1 else f"Transactions in {many} weeks"


def _runs(rated: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Stretches of weeks that follow each other, from and until."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], rated, [False])).astype(int)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _told(week: Any) -> str:
    start = week.start
    when = f"{start:%-d %b %Y}" if isinstance(start, pd.Timestamp) else f"{start / 7 + 1:.0f}"
    share = f", {week.frauds / week.labelled:.2%}" if week.labelled else ""
    return (
        f"Week {'of ' if isinstance(start, pd.Timestamp) else ''}{when}<br>"
        f"{week.transactions:,} transactions, {week.labelled:,} labelled<br>"
        f"{week.frauds:,} frauds{share}"
    )
