"""Amounts of frauds and of legitimate transactions, on a logarithmic scale."""

import math

import pandas as pd
import plotly.graph_objects as go

from backend.steps.amounts import NEGATIVE, PER_DECADE, POSITIVE, ZERO
from ui.charts.ink import FRAUD, HALF, LEGIT, finish, rgba

CLASSES = (("legitimate", "Legitimate", LEGIT), ("frauds", "Fraud", FRAUD))  # frauds on top
FEW, COARSE = 500, 2  # below so many frauds two bins are drawn as one
NARROW = 2.2  # decades
NEAR = 0.3  # half the width of a name, in decades
BESIDE = 0.36  # from the first decade to the bar of zeros, in decades


def figure(amounts: pd.DataFrame, currency: str, theme: str) -> go.Figure:
    """Return the share of each class by amount; `currency` is a sign to stand before figures.

    `amounts` is the frame of backend.pictures. Refunds and zeros stand as bars to the left.
    """
    bins, step = _binned(amounts)
    fig = go.Figure()
    for who, name, colour in CLASSES:
        if not amounts[who].sum():
            continue
        fig.add_scatter(
            x=bins.index + step / 2,
            y=bins[who],
            name=name,
            mode="lines",
            line={"color": colour, "width": 2, "shape": "hvh"},
            fill="tozeroy",
            fillcolor=rgba(colour, 0.16),
            text=[_told(place, step, currency) for place in bins.index],
            hovertemplate=name + ": %{y:.1%} %{text}<extra></extra>",
        )
    _label(fig, bins, step)
    ticks = _beside(fig, amounts, bins)
    fig = finish(fig, theme, x="Amount", height=HALF, y_format=".0%", hover="closest")
    ticks |= {place: money(10.0**place, currency) for place in _ticks(bins.index, step)}
    fig.update_xaxes(tickvals=list(ticks), ticktext=list(ticks.values()))
    fig.update_yaxes(rangemode="tozero", nticks=5)
    fig.update_layout(margin_t=22)
    return fig


def alt(amounts: pd.DataFrame) -> str:
    """Return the chart in one sentence."""
    if amounts.empty:
        return "Amounts by class: no labelled transaction has an amount."
    frauds, rest = int(amounts["frauds"].sum()), int(amounts["legitimate"].sum())
    refunds = amounts[amounts["sign"] == NEGATIVE]
    below = int(refunds["frauds"].sum() + refunds["legitimate"].sum())
    return (
        f"Amounts of {frauds:,} frauds and {rest:,} legitimate transactions on a logarithmic "
        f"scale, {below:,} of them below zero."
    )


def money(amount: float, currency: str) -> str:
    """1000 -> €1k, for a tick."""
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if amount >= size:
            return f"{currency}{amount / size:,.3g}{unit}"
    return f"{currency}{amount:.3g}"


def _binned(amounts: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """Shares of each class by lower end of the bin, in decades; the width of a bin."""
    many = COARSE if amounts["frauds"].sum() < FEW else 1
    positive = amounts[amounts["sign"] == POSITIVE]
    place = positive["bin"] // many
    counted = positive.groupby(place)[["frauds", "legitimate"]].sum()
    if len(counted):
        first, last = int(counted.index.min()), int(counted.index.max())
        counted = counted.reindex(range(first - 1, last + 2), fill_value=0)
    step = many / PER_DECADE
    shares = counted / amounts[["frauds", "legitimate"]].sum().clip(lower=1)
    return shares.set_axis(counted.index * step), step


def _ticks(bins: pd.Index, step: float) -> list[float]:
    """Places, in decades, of round amounts: 1, 10, 100; of 1, 2, 5, 10 where few are spanned."""
    if not len(bins):
        return []
    low, high = float(bins.min()), float(bins.max()) + step
    among = (1, 2, 5) if high - low <= NARROW else (1,)
    decades = range(math.floor(low), math.ceil(high) + 1)
    places = [decade + math.log10(part) for decade in decades for part in among]
    return [place for place in places if low <= place <= high]


def _label(fig: go.Figure, bins: pd.DataFrame, step: float) -> None:
    """Write each name above both curves, where its own is furthest ahead."""
    if bins.empty:
        return
    lead = (bins["frauds"] - bins["legitimate"]).to_numpy()
    height = bins.max(axis=1).to_numpy()
    near = round(NEAR / step)
    fraud, rest = int(lead.argmax()), int(lead.argmin())
    crowded = abs(fraud - rest) <= 2 * near
    for name, at, other in (("Fraud", fraud, rest), ("Legitimate", rest, fraud)):
        fig.add_annotation(
            x=bins.index[at] + step / 2,
            y=height[max(at - near, 0) : at + near + 1].max(),
            text=name,
            showarrow=False,
            xanchor="center" if not crowded else "left" if at > other else "right",
            yanchor="bottom",
        )


def _beside(fig: go.Figure, amounts: pd.DataFrame, bins: pd.DataFrame) -> dict[float, str]:
    """Draw refunds and zeros left of the first amount; return their ticks."""
    left = float(bins.index.min()) if len(bins) else 0.0
    ticks: dict[float, str] = {}
    for sign, words in ((ZERO, "0"), (NEGATIVE, "below 0")):
        these = amounts[amounts["sign"] == sign]
        if these.empty:
            continue
        left -= 2 * BESIDE
        ticks[left] = words
        for shift, (who, name, colour) in zip((-0.1, 0.1), CLASSES, strict=True):
            share = these[who].sum() / max(amounts[who].sum(), 1)
            fig.add_bar(
                x=[left + shift],
                y=[share],
                width=0.18,
                marker={"color": colour, "line_width": 0},
                hovertemplate=f"{name}: %{{y:.1%}} {_word(sign)}<extra></extra>",
            )
    return ticks


def _word(sign: int) -> str:
    return "are zero" if sign == ZERO else "are below zero"


def _told(place: float, step: float, currency: str) -> str:
    low, high = 10.0**place, 10.0 ** (place + step)
    return f"from {currency}{low:,.3g} to {currency}{high:,.3g}"
