"""The runs as a table, which is the legend of all charts: a mark, and what each run is worth."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from backend.comparisons import Comparison, Standing
from backend.run_view import Run
from ui.charts.ink import VERDICT
from ui.charts.run_lines import RunLine
from ui.parts import compare_choice, swatch, viewer
from ui.parts import compare_words as words
from ui.parts.compare_choice import CANDIDATE, Choice
from ui.parts.compare_parallel import seconds
from ui.parts.wording import MISSING, STATES, duration, plain, three

PRESSED = "compared-row"
ROWS = 12  # shown without scrolling inside the table
ROW = 35  # px


def draw(comparison: Comparison, choice: Choice, lines: Sequence[RunLine], money: bool) -> None:
    """Draw the runs that have a line, newest first; pressing Compare makes a run B."""
    listed = [run for run in choice.chosen if run.id in {line.run_id for line in lines}]
    table = frame(comparison, choice, lines, money)
    table.insert(3, "", [_press(comparison, choice, run) for run in listed])
    against = _against(comparison)
    styled = table.style.apply(lambda _: _colours(comparison, listed), subset=[against])
    st.dataframe(
        styled,
        hide_index=True,
        placeholder=MISSING,
        height="content" if len(table) <= ROWS else ROW * (ROWS + 1),
        column_config={
            "Mark": st.column_config.ImageColumn(width=52),
            "Run": st.column_config.TextColumn(width=230),
            "": st.column_config.ButtonColumn("", type="tertiary", key=PRESSED),
            **{
                name: st.column_config.TextColumn(alignment="right")
                for name in table.columns
                if name not in ("Mark", "Run", "", "State", against)
            },
        },
        key="compared-table",
        alt="The runs compared, with average precision, money and the difference from run A.",
    )
    click = st.session_state.get(PRESSED)
    if click:
        compare_choice.write(CANDIDATE, [listed[click["row"]].id])
        st.rerun()


def frame(
    comparison: Comparison, choice: Choice, lines: Sequence[RunLine], money: bool
) -> pd.DataFrame:
    """Return the table as texts, one row per run that has a line, newest first."""
    shown = {line.run_id: line for line in lines}
    rows = [
        _row(comparison, shown[run.id], run, money) | {"State": state(run, choice.champion)}
        for run in choice.chosen
        if run.id in shown
    ]
    return pd.DataFrame(rows)


def draw_left_out(comparison: Comparison) -> None:
    """Say which runs are not ranked with the others, and why each of them is not."""
    for run, why in comparison.left_out:
        st.caption(
            f":orange[:material/block:] Not ranked: {run.id} {plain(run.name)} {plain(why)}."
        )


def _row(comparison: Comparison, line: RunLine, run: Run, money: bool) -> dict[str, Any]:
    standing, currency = comparison.of(run.id), run.currency
    row: dict[str, Any] = {
        "Mark": swatch.address(line.cue),
        "Run": f"{line.letter} {run.name}".strip(),
        _against(comparison): difference(comparison, standing, currency),
    }
    for measure in ("cost", "missed_amount") if money else ("found",):
        figure = standing.figures.get(measure) if standing else None
        row[words.title(measure, comparison.days)] = words.value(figure, measure, currency)
    figure = standing.figures.get("ap") if standing else None
    row["Average precision"] = words.value(figure, "ap", currency) + _interval(standing)
    row["Trained in"] = duration(seconds(run))
    return row


def difference(comparison: Comparison, standing: Standing | None, currency: str) -> str:
    """Return how a run differs from run A by the measure chosen, and whether that is noise."""
    if standing is None:
        return "not ranked"
    if not standing.differences:
        return "is run A"
    found = standing.differences.get(comparison.measure)
    if found is None or found.delta is None:
        return MISSING
    said = words.difference(found.delta, comparison.measure, currency)
    if found.p_value is None:
        return f"{said}, not ranked"
    verdict = {True: "better", False: "worse", None: "within noise"}[standing.better]
    return f"{said}, {verdict}"


def _press(comparison: Comparison, choice: Choice, run: Run) -> str | None:
    is_side = run.id in (choice.baseline.id, choice.candidate.id)
    return "Compare" if comparison.of(run.id) and not is_side else None


def _against(comparison: Comparison) -> str:
    return f"{words.MEASURES[comparison.measure].title} against A"


def _colours(comparison: Comparison, listed: Sequence[Run]) -> list[str]:
    good, bad = VERDICT.get(viewer.theme(), VERDICT["light"])
    colours = {True: f"color: {good}", False: f"color: {bad}", None: ""}
    stood = [comparison.of(run.id) for run in listed]
    return [colours[standing.better if standing else None] for standing in stood]


def _interval(standing: Standing | None) -> str:
    found = standing.interval("ap") if standing else None
    return f" ({three(found[0])} to {three(found[1])})" if found else ""


def state(run: Run, champion: int | None) -> str:
    """Return how a run ended, and what marks it out: Finished, champion."""
    kind = "champion" if run.id == champion else "baseline" if run.automatic else ""
    return ", ".join(filter(None, [STATES[run.state][0], kind]))
