"""How many values columns lack, as bars."""

from html import escape

import pandas as pd
import plotly.graph_objects as go

from ui.charts.groups import short
from ui.charts.ink import LEGIT, finish

MOST = 12  # columns that are drawn
ROW, FRAME = 30, 44  # px: of a bar with its space, and of what stands around them


def figure(missing: pd.DataFrame, rows: int, theme: str) -> go.Figure:
    """Return bars of the columns that lack values, most first, of so many rows."""
    shown = lacking(missing).head(MOST)
    share = shown["missing"] / max(rows, 1)
    fig = go.Figure()
    fig.add_bar(
        x=share,
        y=[short(name) for name in shown["column"]],
        orientation="h",
        width=0.6,
        marker={"color": LEGIT, "line_width": 0},
        text=[_percent(each) for each in share],
        textposition="outside",
        cliponaxis=False,
        customdata=[
            f"{escape(name)}: {lacks:,} of {rows:,} rows without a value"
            for name, lacks in zip(shown["column"], shown["missing"], strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    fig = finish(
        fig, theme, height=ROW * (len(shown) + 1) + FRAME, right=44, x_format=".0%",
        hover="closest",
    )  # fmt: skip
    fig.update_xaxes(range=[0, max(0.1, min(1.0, 1.1 * float(share.max() or 0)))], nticks=5)
    fig.update_yaxes(autorange="reversed", showgrid=False, nticks=MOST + 1)
    return fig


def alt(missing: pd.DataFrame, rows: int) -> str:
    """Return the chart in one sentence."""
    shown = lacking(missing)
    if shown.empty:
        return "Missing values: every column is filled in every row."
    top = shown.iloc[0]
    columns = "column lacks" if len(shown) == 1 else "columns lack"
    return (
        f"{len(shown)} {columns} values, most of all {top['column']}: "
        f"{top['missing'] / max(rows, 1):.1%} of rows."
    )


def lacking(missing: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that lack values, most first."""
    return missing[missing["missing"] > 0].sort_values("missing", ascending=False, kind="stable")


def _percent(share: float) -> str:
    return "under 0.1%" if share < 0.001 else f"{share:.1%}" if share < 0.0995 else f"{share:.0%}"
