"""How the scores of frauds and of legitimate transactions lie apart."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

from ui.charts import odds
from ui.charts.ink import FRAUD, HALF, LEGIT, finish, guide, rgba

CLASSES = (("legitimate", "Legitimate", LEGIT), ("fraud", "Fraud", FRAUD))  # frauds on top
LINE = 14  # px of a line of text
FEW, TOGETHER = 200, 2  # below so many frauds two bins are drawn as one


def figure(
    edges: Sequence[float],
    counts: dict[str, Sequence[int]],
    threshold: float | None,
    theme: str,
) -> go.Figure:
    """Return the share of each class by score, on an axis of log-odds.

    `edges` (n + 1,) are the log-odds between the bins, `counts` the rows (n,) of "fraud" and
    "legitimate" in each. The threshold, a score, stands as a guide.
    """
    fig = go.Figure()
    edges, counts = _coarser(edges, counts)
    at = np.asarray(edges, dtype=np.float64)
    shares: dict[str, odds.Floats] = {}
    for who, name, colour in CLASSES:
        total = max(sum(counts[who]), 1)
        share = np.asarray(counts[who], dtype=np.float64) / total
        fig.add_scatter(
            x=np.repeat(at, 2)[1:-1],
            y=np.repeat(share, 2),
            name=name,
            mode="lines",
            line={"color": colour, "width": 2},
            fill="tozeroy",
            fillcolor=rgba(colour, 0.16),
            text=np.repeat(_spans(edges), 2),
            hovertemplate=name + ": %{y:.1%} %{text}<extra></extra>",
        )
        shares[name] = share
    _label(fig, at, shares)
    if threshold is not None:
        guide(fig, float(odds.place(threshold)))
    fig = finish(fig, theme, x="Score", height=HALF, y_format=".0%", hover="closest")
    odds.axis(fig, *_reach(edges, counts))
    fig.update_yaxes(rangemode="tozero", nticks=5)
    fig.update_layout(margin_t=22 + LINE)
    return fig


def alt(edges: Sequence[float], counts: dict[str, Sequence[int]]) -> str:
    """Return the chart in one sentence."""
    middles = [f"{name.lower()} {_median(counts[who], edges):.2g}" for who, name, _ in CLASSES]
    return f"Share of each class by score. Half of the scores lie above: {', '.join(middles)}."


def _median(counts: Sequence[int], edges: Sequence[float]) -> float:
    below = np.cumsum(counts)
    middle = int(np.searchsorted(below, below[-1] / 2))
    return odds.score_at(edges[middle]) if sum(counts) else 0.0


def _coarser(
    edges: Sequence[float], counts: dict[str, Sequence[int]]
) -> tuple[Sequence[float], dict[str, Sequence[int]]]:
    bins = len(edges) - 1
    if sum(counts["fraud"]) >= FEW or bins % TOGETHER:
        return edges, counts
    summed = {who: np.reshape(counts[who], (-1, TOGETHER)).sum(axis=1).tolist() for who in counts}
    return list(edges)[::TOGETHER], summed


def _reach(edges: Sequence[float], counts: dict[str, Sequence[int]]) -> tuple[float, float]:
    """Log-odds between which every row lies."""
    filled = np.flatnonzero(np.add(counts["fraud"], counts["legitimate"]))
    return (edges[filled[0]], edges[filled[-1] + 1]) if len(filled) else (edges[0], edges[-1])


def _spans(edges: Sequence[float]) -> list[str]:
    return [f"from {low:.2g} to {high:.2g}" for low, high in pairwise(edges)]


def _label(fig: go.Figure, at: odds.Floats, shares: dict[str, odds.Floats]) -> None:
    """Write each name above its peak, one above the other where both stand in one place."""
    peaks = {name: int(share.argmax()) for name, share in shares.items() if share.any()}
    together = len(peaks) == len(CLASSES) and len(set(peaks.values())) == 1
    for name, peak in peaks.items():
        first = int(np.flatnonzero(shares[name])[0])
        at_edge = peak == first  # there a centred name would stand on the axis
        fig.add_annotation(
            x=float(at[peak]) if at_edge else float(at[peak] + at[peak + 1]) / 2,
            y=max(float(share[peak]) for share in shares.values()) if together
            else float(shares[name][peak]),
            text=name, showarrow=False, xanchor="left" if at_edge else "center",
            yanchor="bottom", yshift=LINE if together and name == CLASSES[-1][1] else 0,
        )  # fmt: skip
