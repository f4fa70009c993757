"""One score on a strip of named bands."""

import plotly.graph_objects as go

from ui.charts.ink import BAR, FRAUD, LEGIT, finish, rgba

LETTER = 0.017  # width of one letter on the scale where the chart is narrowest

Band = tuple[float, float, str]  # from, to, words


def figure(score: float, bands: list[Band], theme: str) -> go.Figure:
    """Return a dot at `score` (0 to 1) above a strip of `bands` in rising order."""
    fig = go.Figure()
    shades = (rgba(LEGIT, 0.16), rgba(FRAUD, 0.2), rgba(FRAUD, 0.36))
    for (low, high, words), shade in zip(bands, shades, strict=False):
        fig.add_shape(
            type="rect", x0=low, x1=high, y0=0, y1=1, fillcolor=shade, line_width=0, layer="below"
        )
        if high - low >= LETTER * len(words):  # a narrower band has no room for its name
            fig.add_annotation(x=(low + high) / 2, y=0.5, text=words, showarrow=False)
    fig.add_scatter(
        x=[score],
        y=[1.75],
        mode="markers",
        marker={"size": 13, "color": FRAUD},
        hovertemplate="%{x:.2f}<extra></extra>",
    )
    left = score > 0.5
    fig.add_annotation(
        x=score,
        y=1.75,
        text=f"<b>{score:.2f}</b>",
        font_size=14,
        showarrow=False,
        xanchor="right" if left else "left",
        xshift=-14 if left else 14,
    )
    edges = sorted({0.0, 1.0, *(low for low, _, _ in bands), *(high for _, high, _ in bands)})
    fig = finish(fig, theme, height=BAR, hover="closest")
    fig.update_xaxes(
        range=[-0.02, 1.02], tickvals=_apart(edges), ticktext=[_tick(e) for e in _apart(edges)]
    )
    fig.update_yaxes(range=[-0.1, 2.4], showgrid=False, showticklabels=False)
    return fig


def alt(score: float, words: str) -> str:
    """Return the chart in one sentence."""
    return f"Score {score:.2f} on a scale from 0 to 1, in the band “{words}”."


def _tick(edge: float) -> str:
    return f"{edge:.0f}" if edge in (0.0, 1.0) else f"{edge:.2f}"


def _apart(edges: list[float]) -> list[float]:
    """Leave out inner ticks that would overprint their neighbour."""
    kept = [edges[0]]
    for edge in edges[1:-1]:
        if edge - kept[-1] >= 0.05 and edges[-1] - edge >= 0.05:
            kept.append(edge)
    return [*kept, edges[-1]]
