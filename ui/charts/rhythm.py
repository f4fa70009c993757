"""The fraud rate by hour and weekday, as a heat map; without weekdays by hour alone."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from backend.steps import rhythm
from backend.steps.interval import wilson
from ui.charts.ink import FRAUD, HALF, HEAT, QUIET, band, finish, steps

FEWEST = 30  # labelled transactions; the rate of fewer is left blank
LEAST_CONTRAST = 6  # times the usual rate that the colours reach at least
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def figure(
    counted: pd.DataFrame, peak: tuple[int, int] | None, theme: str, dated: bool
) -> go.Figure:
    """Return the heat map of backend.pictures' `rhythm`; a bar above it marks the peak hours.

    Shows how many transactions there are where too few are labelled for rates.
    """
    if not dated:
        return _by_hour(counted, theme)
    rated = shows_rates(counted)
    fig = go.Figure()
    fig.add_heatmap(
        x=list(range(rhythm.HOURS)),
        y=DAYS,
        z=_grid(counted, rated),
        colorscale=steps((HEAT if rated else QUIET)[theme if theme in HEAT else "light"]),
        zmin=0,
        zmax=_top(counted) if rated else None,
        xgap=2,
        ygap=2,
        hoverongaps=False,
        customdata=_told(counted),
        hovertemplate="%{customdata}<extra></extra>",
        colorbar={
            "thickness": 8,
            "outlinewidth": 0,
            "tickformat": ".2~%" if rated else "~s",
            "nticks": 4,
            "ticks": "",
            "len": 0.9,
        },
    )
    if peak is not None and rated:
        _mark(fig, peak)
    fig = finish(fig, theme, height=HALF, hover="closest")
    fig.update_traces(colorbar_tickfont={"size": 12, "color": fig.layout.font.color})
    fig.update_xaxes(tickvals=[0, 6, 12, 18, 23], ticktext=_clock([0, 6, 12, 18, 23]))
    fig.update_yaxes(autorange="reversed", showgrid=False, tickvals=DAYS)
    return fig


def alt(counted: pd.DataFrame, peak: tuple[int, int] | None, dated: bool) -> str:
    """Return the chart in one sentence."""
    by = "hour and weekday" if dated else "hour"
    if counted.empty:
        return f"Fraud rate by {by}: the transactions carry no time."
    if peak is None:
        return f"Fraud rate by {by}: no hour stands out."
    return f"Fraud rate by {by}, highest {stretch(peak, dated)}."


def stretch(peak: tuple[int, int], dated: bool = True) -> str:
    """(22, 3) -> between 22:00 and 03:00; without dates: from hour 22 to hour 3."""
    if not dated:
        return f"from hour {peak[0]} to hour {peak[1]}"
    return f"between {peak[0]:02d}:00 and {peak[1]:02d}:00"


def shows_rates(counted: pd.DataFrame) -> bool:
    """Tell whether at least half of the busy hours of the week have labels enough for a rate."""
    busy = counted["transactions"] > 0
    enough = counted["labelled"] >= FEWEST
    return bool(counted["frauds"].sum() > 0 and 2 * enough.sum() >= busy.sum())


def _grid(counted: pd.DataFrame, rated: bool) -> np.ndarray:
    known = counted["labelled"].where(counted["labelled"] >= FEWEST)
    value = counted["frauds"] / known if rated else counted["transactions"]
    return value.to_numpy(dtype=np.float64).reshape(rhythm.WEEKDAYS, rhythm.HOURS)


def _top(counted: pd.DataFrame) -> float:
    """The rate of the darkest cell: chance alone must not paint a heat map of an even week."""
    usual = counted["frauds"].sum() / counted["labelled"].sum()
    return float(max(np.nanmax(_grid(counted, True)), LEAST_CONTRAST * usual))


def _told(counted: pd.DataFrame) -> np.ndarray:
    words = []
    cells: Iterator[Any] = counted.itertuples()
    for cell in cells:
        share = f", {cell.frauds / cell.labelled:.2%}" if cell.labelled >= FEWEST else ""
        words.append(
            f"{DAYS[cell.weekday]}, {cell.hour:02d}:00 to {(cell.hour + 1) % 24:02d}:00<br>"
            f"{cell.transactions:,} transactions<br>{cell.frauds:,} frauds{share}"
        )
    return np.array(words).reshape(rhythm.WEEKDAYS, rhythm.HOURS)


def _mark(fig: go.Figure, peak: tuple[int, int]) -> None:
    start, end = peak
    parts = [(start, end)] if start < end else [(start, rhythm.HOURS), (0, end)]
    for first, last in parts:
        if first == last:
            continue
        fig.add_shape(
            type="rect",
            x0=first - 0.45,
            x1=last - 0.55,
            y0=-0.85,
            y1=-0.7,
            fillcolor=FRAUD,
            line_width=0,
        )


def _by_hour(counted: pd.DataFrame, theme: str) -> go.Figure:
    hours = rhythm.by_hour(counted)
    rate = hours["frauds"] / hours["labelled"].where(hours["labelled"] > 0)
    low, high = wilson(hours["frauds"], hours["labelled"])
    fig = go.Figure()
    band(fig, list(hours.index), low, high, FRAUD)
    fig.add_scatter(
        x=list(hours.index),
        y=rate,
        mode="lines+markers",
        line={"color": FRAUD, "width": 2},
        marker={"size": 5},
        customdata=hours[["frauds", "transactions"]],
        hovertemplate="hour %{x}<br>%{customdata[0]:,} frauds of %{customdata[1]:,}<extra></extra>",
    )
    fig = finish(
        fig, theme, x="Hour of each day since the first row", height=HALF, x_format="d",
        y_format=".2~%", hover="closest",
    )  # fmt: skip
    fig.update_xaxes(tickvals=[0, 6, 12, 18, 23])
    fig.update_yaxes(rangemode="tozero")
    return fig


def _clock(hours: list[int]) -> list[str]:
    return [f"{hour:02d}:00" for hour in hours]
