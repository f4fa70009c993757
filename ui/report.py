"""A comparison as one HTML file that needs nothing else: words, tables, charts to point at.

Whoever opens it, offline too, asks no other machine for anything: Plotly stands inside, its
button that uploads a chart is off, and a policy forbids the browser every address.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any

import pandas as pd

from ui.charts.ink import CONFIG, INK

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
)
STYLE = """
body { font: 14px/1.5 system-ui, sans-serif; color: #0B1118; margin: 32px auto; max-width: 1100px;
       padding: 0 24px }
h1 { font-size: 16px; margin: 0 } h2 { font-size: 22px; font-weight: 500; margin: 4px 0 }
h3 { font-size: 14px; margin: 32px 0 0 } p { margin: 4px 0 } .note { color: #5B6673 }
table { border-collapse: collapse; width: 100%; margin-top: 8px;
        font-variant-numeric: tabular-nums }
th { text-align: left; color: #5B6673; font-weight: 400 }
th, td { padding: 6px 10px 6px 0; border-bottom: 1px solid #E9EDF1; vertical-align: top }
td.number, th.number { text-align: right; white-space: nowrap }
"""


@dataclass(frozen=True)
class Part:
    """One part of a report: a title with a note, then lines, a chart and a table, as given."""

    title: str
    note: str = ""
    lines: tuple[str, ...] = ()
    figure: Any = None  # a Plotly figure
    alt: str = ""
    table: pd.DataFrame | None = None  # texts; a column "Mark" holds SVG of ours
    right: tuple[str, ...] = field(default=())  # columns of figures


def page(title: str, verdict: str, evidence: str, made: datetime, parts: Sequence[Part]) -> bytes:
    """Return the whole file, UTF-8. Every word is shown as it is; none can become markup."""
    body = [
        f"<h1>{escape(title)}</h1><h2>{escape(verdict)}</h2>",
        f'<p class="note">{escape(evidence)}</p>',
        f'<p class="note">Made by Touchstone, {made:%Y-%m-%d %H:%M %Z}.</p>',
        *(_part(part, number, _is_first(parts, number)) for number, part in enumerate(parts)),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body>{''.join(body)}</body></html>\n"
    ).encode()


def _is_first(parts: Sequence[Part], number: int) -> bool:
    """True for the first part with a chart, which brings Plotly for all of them."""
    return parts[number].figure is not None and not any(
        part.figure is not None for part in parts[:number]
    )


def _part(part: Part, number: int, brings_plotly: bool) -> str:
    told = [f"<section><h3>{escape(part.title)}</h3>"]
    if part.note:
        told.append(f'<p class="note">{escape(part.note)}</p>')
    told += [f"<p>{escape(line)}</p>" for line in part.lines]
    if part.figure is not None:
        told.append(f'<div role="img" aria-label="{escape(part.alt)}">')
        told.append(_chart(part.figure, number, brings_plotly) + "</div>")
    if part.table is not None:
        told.append(_table(part.table, part.right))
    return "".join(told) + "</section>"


def _chart(figure: Any, number: int, brings_plotly: bool) -> str:
    figure.update_layout(
        template="none", paper_bgcolor="#FFFFFF", plot_bgcolor="#FFFFFF",
        font={"family": "system-ui, sans-serif", "color": INK["light"][0]},
    )  # fmt: skip
    html: str = figure.to_html(
        full_html=False,
        include_plotlyjs=brings_plotly,
        config={**CONFIG, "responsive": True},
        div_id=f"chart-{number}",
    )
    return html


def _table(table: pd.DataFrame, right: tuple[str, ...]) -> str:
    names = list(table.columns)
    aligned = {name: ' class="number"' if name in right else "" for name in names}
    head = "".join(f"<th{aligned[name]}>{escape(str(name))}</th>" for name in names)
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td{aligned[name]}>{cell if name == 'Mark' else escape(str(cell))}</td>"
            for name, cell in zip(names, row, strict=True)
        )
        + "</tr>"
        for row in table.itertuples(index=False)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
