"""The runs as a table, which is the legend of all charts: a mark, and what each run is worth."""

import math
from collections.abc import Callable, Sequence
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
IN_MONEY, WITHOUT = ("cost", "missed_amount", "ap"), ("found", "ap")  # without amounts
SHOWN = ("cost", "missed_amount", "found", "ap")
INTERVAL, SECONDS = "95% interval", "Trained in"


def draw(comparison: Comparison, choice: Choice, lines: Sequence[RunLine], money: bool) -> None:
    """Draw the runs that have a line, newest first; pressing Compare makes a run B."""
    listed = [run for run in choice.chosen if run.id in {line.run_id for line in lines}]
    table = frame(comparison, choice, lines, money)
    table.insert(3, "", [_press(comparison, choice, run) for run in listed])
    against = _against(comparison)
    written = formats(comparison, choice.baseline.currency)
    styled = table.style.apply(lambda _: _colours(comparison, listed), subset=[against])
    st.dataframe(
        styled.format({name: form for name, form in written.items() if name in table}),
        hide_index=True,
        placeholder=MISSING,
        height="content" if len(table) <= ROWS else ROW * (ROWS + 1),
        column_config={
            "Mark": st.column_config.ImageColumn(width=52),
            "Run": st.column_config.TextColumn(width=200),
            "": st.column_config.ButtonColumn("", type="tertiary", key=PRESSED),
            INTERVAL: st.column_config.TextColumn(alignment="right"),
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
    """Return one row per run that has a line, newest first; figures as numbers, NaN if unknown."""
    shown = {line.run_id: line for line in lines}
    rows = [
        _row(comparison, shown[run.id], run, money) | {"State": state(run, choice.champion)}
        for run in choice.chosen
        if run.id in shown
    ]
    return pd.DataFrame(rows)


def formats(comparison: Comparison, currency: str) -> dict[str, Callable[[Any], str]]:
    """Return how the figures of `frame` are written, by column."""
    written = {words.title(name, comparison.days): words.written(name, currency) for name in SHOWN}
    return {**written, SECONDS: duration}


def draw_left_out(comparison: Comparison) -> None:
    """Say which runs are not ranked with the others, and why each of them is not."""
    for run, why in comparison.left_out:
        st.caption(
            f":orange[:material/block:] Not ranked: {run.id} {plain(run.name)} {plain(why)}."
        )


def _row(comparison: Comparison, line: RunLine, run: Run, money: bool) -> dict[str, Any]:
    standing = comparison.of(run.id)
    row: dict[str, Any] = {
        "Mark": swatch.address(line.cue),
        "Run": f"{line.letter} {run.name}".strip(),
        _against(comparison): difference(comparison, standing, run.currency),
    }
    for measure in IN_MONEY if money else WITHOUT:
        figure = standing.figures.get(measure) if standing else None
        row[words.title(measure, comparison.days)] = figure.value if figure else math.nan
    row[INTERVAL] = _interval(standing)
    took = seconds(run)
    row[SECONDS] = math.nan if took is None else took
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
    return f"{three(found[0])} to {three(found[1])}" if found else MISSING


def state(run: Run, champion: int | None) -> str:
    """Return how a run ended, and what marks it out: Finished, champion."""
    kind = "champion" if run.id == champion else "baseline" if run.automatic else ""
    return ", ".join(filter(None, [STATES[run.state][0], kind]))
