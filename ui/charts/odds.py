"""Scores along an axis of log-odds, where 0.001, 0.01 and 0.99 have room of their own."""

import math

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

EDGE = 1e-4  # scores nearer to 0 or 1 than this stand on the edge of the chart
TICKS = (0.00001, 0.0001, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999)
MOST = 6  # ticks of one axis
ROOM = 0.15  # left and right of the outermost score

Floats = NDArray[np.float64]


def place(score: ArrayLike) -> Floats:
    """Return where scores (n,) from 0 to 1 stand on the axis: their log-odds."""
    return _log_odds(np.clip(np.asarray(score, dtype=np.float64), EDGE, 1 - EDGE))


def score_at(odds: float) -> float:
    """Return the score that stands at a place of the axis."""
    return 1 / (1 + math.exp(-odds))


def axis(fig: go.Figure, start: float, end: float) -> None:
    """Run the x axis from one place to another, with ticks that read as scores."""
    inside = [tick for tick in TICKS if start <= _log_odds(tick) <= end]
    kept = inside[:: -(-len(inside) // MOST)] if inside else []
    if len(kept) < 2:
        kept = sorted({_round(score_at(start)), _round(score_at(end))})
    fig.update_xaxes(
        range=[start - ROOM, end + ROOM],
        tickvals=_log_odds(kept).tolist(),
        ticktext=[f"{tick:.5f}".rstrip("0") for tick in kept],
    )


def _log_odds(score: ArrayLike) -> Floats:
    inside: Floats = np.asarray(score, dtype=np.float64)
    return np.log(inside / (1 - inside))


def _round(score: float) -> float:
    return round(score, 1 - math.floor(math.log10(score)))
