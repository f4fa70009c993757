"""The mark of a run outside charts: a short line in its colour and dash, beside its name in ink."""

from base64 import b64encode

from ui.charts.ink import GUIDE
from ui.charts.run_lines import Cue

WIDTH, HEIGHT, CELL = 34, 12, 24  # px
DASHES = {  # Plotly's dashes as lengths of stroke and gap for a line 3 px wide
    "solid": "",
    "dash": "8 4",
    "dot": "3 4",
    "dashdot": "8 3 3 3",
    "longdash": "13 4",
    "longdashdot": "12 3 3 3",
}


def svg(cue: Cue | None, height: int = HEIGHT) -> str:
    """Return the mark as SVG; thin and grey for a run without colour."""
    colour, dash, width = (cue.colour, cue.dash, 3) if cue else (GUIDE, "solid", 1)
    strokes = f' stroke-dasharray="{DASHES[dash]}"' if DASHES[dash] else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}">'
        f'<line x1="0" y1="{height // 2}" x2="{WIDTH}" y2="{height // 2}" stroke="{colour}" '
        f'stroke-width="{width}"{strokes}/></svg>'
    )


def address(cue: Cue | None) -> str:
    """Return the mark as an address that holds the picture itself, for a cell of a table.

    The table scales a picture to the height of its row.
    """
    return "data:image/svg+xml;base64," + b64encode(svg(cue, CELL).encode()).decode()
