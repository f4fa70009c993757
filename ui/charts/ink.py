"""Colours and manners of every chart: no legend, no frame, labels beside the lines.

The tokens repeat `.streamlit/config.toml`; a test holds them together and computes contrast
and colour distance from them.
"""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

RUNS = ["#0072B2", "#C77F0A", "#009E73", "#CC79A7", "#4A9BDB", "#8C6D46"]  # a slot is for life
DASH = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"]  # same slot, second cue
FRAUD, LEGIT, GUIDE = "#D2501E", "#7D8896", "#7D8896"
INK = {"light": ("#5B6673", "#17202A", "#E9EDF1"), "dark": ("#9AA5B1", "#E3E8ED", "#242B33")}
VERDICT = {"light": ("#00795A", "#B93816"), "dark": ("#4CC39A", "#F08A66")}  # better, worse
MAIN, HALF, STRIP, BAR = 320, 280, 180, 104  # heights, px
HEAT = {  # a share of fraud, rising; the lowest step stays apart from the page
    "light": ["#FAF1EC", "#F5D5C5", "#EAAA8B", "#DD7A4F", "#C44515", "#8F2A10"],
    "dark": ["#2B1F1A", "#56291A", "#8F3A18", "#D2501E", "#EE8E66", "#FBD0BD"],
}
QUIET = {  # a count, rising
    "light": ["#F1F3F5", "#D8DDE2", "#B9C1C9", "#98A2AC", "#737E8A", "#4A5560"],
    "dark": ["#20262D", "#343D46", "#505B66", "#73808C", "#9AA6B1", "#CBD3DA"],
}
FEW_STEPS = 6  # up to here half steps would be labelled, and read as the same step twice
CONFIG = {
    "displaylogo": False,
    "showSendToCloud": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
}


def rgba(colour: str, alpha: float) -> str:
    """("#0072B2", 0.16) -> rgba(0,114,178,0.16)."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


def band(fig: go.Figure, x: Sequence[Any], low: Any, high: Any, colour: str, **place: int) -> None:
    """Fill the 95% interval: no edge, no hover; draw it before its line."""
    edge = {"x": x, "mode": "lines", "line_width": 0, "hoverinfo": "skip", **place}
    fig.add_scatter(y=high, **edge)
    fig.add_scatter(y=low, fill="tonexty", fillcolor=rgba(colour, 0.16), **edge)


def steps(colours: Sequence[str]) -> list[tuple[float, str]]:
    """Return colours as a Plotly colour scale, evenly spaced."""
    return [(place / (len(colours) - 1), colour) for place, colour in enumerate(colours)]


def region(fig: go.Figure, start: float, end: float, text: str) -> None:
    """Shade what has not happened yet, with words inside."""
    fig.add_vrect(x0=start, x1=end, fillcolor=rgba(GUIDE, 0.075), line_width=0, layer="below")
    if text:
        fig.add_annotation(x=(start + end) / 2, y=0.5, yref="paper", text=text, showarrow=False)


def guide(fig: go.Figure, x: float) -> None:
    """Draw a reference line: 1 px, dotted, grey; its words stand in the panel's note."""
    fig.add_vline(x=x, line={"color": GUIDE, "width": 1, "dash": "dot"})


def ring(fig: go.Figure, x: float, y: float, colour: str, hover: str) -> None:
    """Mark the best point with a hollow ring on its line."""
    marker = {"size": 11, "color": "rgba(0,0,0,0)", "line": {"color": colour, "width": 2}}
    fig.add_scatter(
        x=[x], y=[y], mode="markers", marker=marker, name="", hovertemplate=hover, cliponaxis=False
    )


def steps_axis(fig: go.Figure, end: float) -> None:
    """Run the axis of training steps from 0 to `end`, with a tick per step when there are few."""
    if end > 0:
        fig.update_xaxes(range=[0, end], dtick=1 if end <= FEW_STEPS else None)


def finish(
    fig: go.Figure,
    theme: str,
    x: str = "",
    height: int = 300,
    right: int = 16,
    x_format: str | None = None,
    y_format: str | None = None,
    hover: str = "x unified",
) -> go.Figure:
    """Set ink, grid, axes and hover; call it last, or a later annotation misses its ink."""
    ink, strong, grid = INK.get(theme, INK["light"])
    fig.update_layout(
        height=height,
        margin={"l": 8, "r": right, "t": 12, "b": 8},
        showlegend=False,
        bargap=0.4,
        hovermode=hover,
        hoverlabel={"font": {"size": 12, "color": strong}, "namelength": -1},
        uirevision="keep",
        dragmode="zoom",
        separators=".,",
        font={"size": 12, "color": ink},
    )
    axis: dict[str, Any] = {
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "automargin": True,
        "title_standoff": 10 if x else 0,  # room is kept even for a title that is not there
        "nticks": 6,
        "title_font": {"size": 12, "color": ink},
        "tickfont": {"size": 12, "color": ink},
        "gridcolor": grid,
    }
    fig.update_xaxes(axis, title_text=x, tickformat=x_format, hoverformat=x_format, showgrid=False)
    fig.update_yaxes(axis, title_text="", tickformat=y_format, showgrid=True)
    fig.update_annotations(font_color=strong)
    return fig
