"""Runs in a chart: the colour and dash each is known by, its line, its letter beside the line."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ui.charts.ink import DASH, LEGIT, RUNS, band, rgba

MOST = 4  # coloured runs of one chart that can be told apart; the others stay grey
GAP = 14  # px between two letters that would overprint
GREY = {"color": rgba(LEGIT, 0.6), "width": 1, "dash": "solid"}
NEAR = 0.07  # of the chart's width between letters that stand on lines close together


@dataclass(frozen=True)
class Cue:
    """What a run is known by wherever it is drawn: its colour, and its dash as second cue."""

    colour: str
    dash: str
    hatched: bool = False  # its interval: the colour alone would not tell it from another's


@dataclass(frozen=True)
class RunLine:
    """How one run is drawn: with a letter and a cue, or thin and grey without either."""

    run_id: int
    name: str
    letter: str = ""
    cue: Cue | None = None

    @property
    def told(self) -> str:
        """What the pointer reads: the letter before the name; no sign of it is markup."""
        return escape(f"{self.letter} {self.name}".strip(), quote=False)


def cues(slots: Sequence[int]) -> list[Cue]:
    """Return the cue of each coloured run of one page, from their slots.

    A run keeps the colour of its slot for life. Of two runs that share a slot the later one
    takes a dash that no other has, so that no two lines look the same.
    """
    own = [(RUNS[slot % len(RUNS)], DASH[slot % len(DASH)]) for slot in slots]
    taken = {dash for _, dash in own}
    given: list[Cue] = []
    for colour, dash in own:
        cue = Cue(colour, dash)
        if cue in given:
            free = next((each for each in DASH if each not in taken), dash)
            taken.add(free)
            cue = Cue(colour, free, hatched=True)
        given.append(cue)
    return given


def draw(fig: go.Figure, points: pd.DataFrame, lines: Sequence[RunLine], y: str, x: str) -> None:
    """Draw every run that has points: grey ones first, then bands, then coloured lines.

    `points` has run_id, x, y and, for a 95% interval, low and high; a band is drawn for
    coloured runs only. `y` and `x` say how the pointer reads a point, as Plotly's templates.
    """
    of_run = dict(list(points.groupby("run_id")))
    drawn = [line for line in lines if line.run_id in of_run]
    grey = [line for line in drawn if line.cue is None]
    if grey:
        _grey(fig, [(line, of_run[line.run_id]) for line in grey], f"%{{text}}<br>{y}, {x}")
    coloured = [(line, line.cue) for line in drawn if line.cue is not None]
    if "low" in points:
        for line, cue in coloured:
            _band(fig, of_run[line.run_id].dropna(subset=["low", "high"]), cue)
    for line, cue in reversed(coloured):  # the first run lies on top
        mine = of_run[line.run_id]
        fig.add_scatter(
            x=mine["x"],
            y=mine["y"],
            name=line.told,
            mode="lines" if len(mine) > 1 else "markers",
            line={"color": cue.colour, "width": 2, "dash": cue.dash},
            marker={"color": cue.colour, "size": 5},
            hovertemplate=f"{line.told}<br>{y}, {x}<extra></extra>" if grey else y,
        )


def label_ends(
    fig: go.Figure, points: pd.DataFrame, lines: Sequence[RunLine], height: int, log: bool = False
) -> None:
    """Write each letter at the end of its line, pushed apart where two would overprint.

    The y axis is drawn `height` px high; on a logarithmic one notes are placed by exponent.
    """
    if log:
        points = points.assign(y=np.log10(points["y"].where(points["y"] > 0)))
    ends = _letters(points, lines, lambda of: of.iloc[-1])
    span = float(points["y"].max() - points["y"].min()) or 1.0
    shifts = apart([float(end["y"]) * height / span for _, end in ends])
    for (letter, end), shift in zip(ends, shifts, strict=True):
        _write(fig, letter, end["x"], end["y"], xanchor="left", xshift=8, yshift=shift)


def label_between(
    fig: go.Figure, points: pd.DataFrame, lines: Sequence[RunLine], between: tuple[float, float]
) -> None:
    """Write the letters where the lines lie furthest apart: the highest above, others below.

    For curves that end in one point, where letters at the ends would overprint. `between` are
    the x in which to look.
    """
    low, high = between
    inside = points[points["x"].between(low, high)]
    lettered = [line.run_id for line in lines if line.letter]
    wide = inside[inside["run_id"].isin(lettered)].pivot(index="x", columns="run_id", values="y")
    if wide.empty:
        return
    reach = (wide.max(axis=1) - wide.min(axis=1)).fillna(0.0)
    at = float(reach.index[int(reach.argmax())])
    here = _letters(inside, lines, lambda of: of.iloc[(of["x"] - at).abs().argmin()])
    here.sort(key=lambda found: -float(found[1]["y"]))
    for place, (letter, _) in enumerate(here):
        x = at + NEAR * (high - low) * max(place - 1, 0)
        line = next(line for line in lines if line.letter == letter)
        of = inside[inside["run_id"] == line.run_id]
        point = of.iloc[(of["x"] - x).abs().argmin()]
        above = place == 0
        _write(fig, letter, point["x"], point["y"], xanchor="center", yshift=11 if above else -11)


def hover(lines: Sequence[RunLine]) -> str:
    """Return how the pointer reads the chart: all lines at once while all have a letter."""
    return "closest" if any(line.cue is None for line in lines) else "x unified"


def apart(heights: Sequence[float], gap: float = GAP) -> list[float]:
    """Return by how much to move each label (n,), at these heights in px, so that none overprints.

    Labels keep their order and move no further than they must; together they stay centred.
    """
    order = sorted(range(len(heights)), key=lambda place: heights[place])
    placed: list[list[int]] = []  # groups of labels that touch, from the lowest up
    for place in order:
        placed.append([place])
        while len(placed) > 1 and _base(heights, placed[-1], gap) < (
            _base(heights, placed[-2], gap) + gap * len(placed[-2])
        ):
            placed[-2:] = [placed[-2] + placed[-1]]
    shifts = [0.0] * len(heights)
    for group in placed:
        base = _base(heights, group, gap)
        for number, place in enumerate(group):
            shifts[place] = base + gap * number - heights[place]
    return shifts


def _base(heights: Sequence[float], group: list[int], gap: float) -> float:
    """Where the lowest label of a group stands when the group is centred on its lines."""
    middle = float(np.mean([heights[place] for place in group]))
    return middle - gap * (len(group) - 1) / 2


def _letters(points: pd.DataFrame, lines: Sequence[RunLine], pick: Any) -> list[tuple[str, Any]]:
    found = []
    for line in lines:
        of = points[(points["run_id"] == line.run_id) & points["y"].notna()]
        if line.letter and len(of):
            found.append((line.letter, pick(of)))
    return found


def _band(fig: go.Figure, points: pd.DataFrame, cue: Cue) -> None:
    band(fig, list(points["x"]), points["low"], points["high"], cue.colour)
    if cue.hatched:
        pattern = {"shape": "/", "size": 7, "solidity": 0.12, "fgcolor": rgba(cue.colour, 0.7)}
        fig.data[-1].update(fillpattern=pattern)


def _grey(fig: go.Figure, lines: list[tuple[RunLine, pd.DataFrame]], reads: str) -> None:
    """Draw all runs without colour as one line with gaps: a hundred single ones are slow."""
    gap = [np.nan]
    fig.add_scatter(
        x=np.concatenate([part for _, of in lines for part in (of["x"].to_numpy(float), gap)]),
        y=np.concatenate([part for _, of in lines for part in (of["y"].to_numpy(float), gap)]),
        text=[told for line, of in lines for told in [line.told] * (len(of) + 1)],
        name="",
        mode="lines",
        line=GREY,
        hovertemplate=f"{reads}<extra></extra>",
    )


def _write(fig: go.Figure, text: str, x: float, y: float, **place: Any) -> None:
    fig.add_annotation(x=x, y=y, text=text, showarrow=False, yanchor="middle", **place)
