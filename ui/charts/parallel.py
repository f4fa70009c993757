"""Options against results: one vertical axis each, and one line per run across them.

Drawn as ordinary lines and not as Plotly's `parcoords`: that has neither dashes nor names under
the pointer, cannot say what was brushed, and needs `eval`, which our pages forbid.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from ui.charts.ink import INK, LEGIT, MAIN, finish
from ui.charts.run_lines import GREY, RunLine

BEHIND = {"light": "rgba(255,255,255,0.8)", "dark": "rgba(15,19,24,0.8)"}  # ticks, over lines
ABSENT = -0.14  # below all values: the run has no such option
CLOSEST = 0.075  # of the height between two ticks that do not overprint
EDGE, LETTER = 40, 6.5  # px
WIDEST = 12  # letters in a line of a title


@dataclass(frozen=True)
class Upright:
    """One axis as it is drawn."""

    title: str
    places: Mapping[int, tuple[float | None, str]]  # run -> (0 to 1 or None, the value in words)

    @property
    def ticks(self) -> dict[float, str]:
        """Where values stand and what they are: both ends, then others that do not overprint."""
        known = {place: words for place, words in self.places.values() if place is not None}
        kept: dict[float, str] = {}
        for place in sorted(known, key=lambda place: (place not in (0, 1), place)):
            if all(abs(place - other) >= CLOSEST for other in kept):
                kept[place] = known[place]
        return kept | ({ABSENT: "–"} if self.lacks else {})

    @property
    def lacks(self) -> bool:
        """True when a run has no value here."""
        return any(place is None for place, _ in self.places.values())

    @property
    def lines(self) -> list[str]:
        """The title in lines that do not run into the next axis."""
        return wrap(self.title, WIDEST)


def figure(axes: Sequence[Upright], lines: Sequence[RunLine], theme: str) -> go.Figure:
    """Return one line per run across the axes, from left to right in the order given."""
    fig = go.Figure()
    grey = [_across(axes, line) for line in lines if line.cue is None]
    if grey:
        fig.add_scatter(**_joined(grey), line=GREY, marker={"size": 4, "color": LEGIT})
    for line in reversed([line for line in lines if line.cue is not None]):
        style = {"color": line.cue.colour, "width": 2, "dash": line.cue.dash}  # type: ignore[union-attr]
        fig.add_scatter(**_joined([_across(axes, line)]), line=style, marker={"size": 6})
    fig = finish(fig, theme, height=MAIN, right=40, hover="closest")
    fig.update_layout(
        margin={"l": _room(axes), "t": 64, "b": 16},
        shapes=[_axis(number) for number in range(len(axes))],
        annotations=[note for number in range(len(axes)) for note in _notes(axes, number, theme)],
    )
    fig.update_xaxes(visible=False, range=[0, max(len(axes) - 1, 1)])
    bottom = ABSENT if any(axis.lacks for axis in axes) else 0
    fig.update_yaxes(visible=False, range=[bottom - 0.03, 1.03])
    return fig


def alt(axes: Sequence[Upright], lines: Sequence[RunLine]) -> str:
    """Return the chart in one sentence."""
    named = ", ".join(axis.title for axis in axes)
    return f"Options against results of {len(lines)} runs, one line each, over: {named}."


def _across(axes: Sequence[Upright], line: RunLine) -> dict[str, list[Any]]:
    """Where one run crosses the axes, and what the pointer reads there."""
    found = [axis.places.get(line.run_id, (None, "–")) for axis in axes]
    told = [
        f"{line.told}<br>{axis.title}: {escape(words, quote=False)}"
        for axis, (_, words) in zip(axes, found, strict=True)
    ]
    height = [ABSENT if place is None else place for place, _ in found]
    return {"x": list(range(len(axes))), "y": height, "text": told}


def _joined(runs: Sequence[dict[str, list[Any]]]) -> dict[str, Any]:
    """Several runs as one line with gaps: a hundred single ones are slow."""
    points = {
        name: [one for run in runs for one in (*run[name], None)] for name in ("x", "y", "text")
    }
    reads = {"mode": "lines+markers", "name": "", "hovertemplate": "%{text}<extra></extra>"}
    return {**points, **reads, "cliponaxis": False}


def _axis(number: int) -> dict[str, Any]:
    line = {"color": LEGIT, "width": 1}
    return {"type": "line", "x0": number, "x1": number, "y0": 0, "y1": 1, "line": line,
            "layer": "below"}  # fmt: skip


def _notes(axes: Sequence[Upright], number: int, theme: str) -> list[dict[str, Any]]:
    """The title above an axis and the ticks left of it, all at once: one by one is slow."""
    axis = axes[number]
    look: dict[str, Any] = {
        "x": number,
        "showarrow": False,
        "borderpad": 1,
        "font": {"color": INK.get(theme, INK["light"])[1]},
        "bgcolor": BEHIND.get(theme, BEHIND["light"]),
    }
    title = {"y": 1, "yshift": 9, "yanchor": "bottom", "xanchor": "center"}
    beside = {"xanchor": "right", "yanchor": "middle", "xshift": -7}
    return [
        {**look, **title, "text": "<br>".join(axis.lines)},
        *(
            {**look, **beside, "y": place, "text": escape(words, quote=False)}
            for place, words in axis.ticks.items()
        ),
    ]


def _room(axes: Sequence[Upright]) -> int:
    """Space left of the first axis for its ticks and half of its title, in px."""
    if not axes:
        return EDGE
    ticks = max((len(words) for words in axes[0].ticks.values()), default=0)
    title = max((len(line) for line in axes[0].lines), default=0)
    return round(max(EDGE, LETTER * ticks + 12, LETTER * title / 2))
