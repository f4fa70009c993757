"""The losses of the runs over each other, with what they are drawn against and how smoothly."""

from collections.abc import Sequence

import streamlit as st

from backend import curves
from backend.run_view import Run
from ui.charts import losses
from ui.charts.run_lines import RunLine
from ui.parts import chart, chart_csv, viewer
from ui.parts.skeleton import panel
from ui.parts.wording import count, counted

NOTE = "Lower is better, among runs of one model that learn from the same mix of rows."
OVER = {"Step": "step", "Time": "seconds", "Epoch": "epoch"}
PARTS = {"Validation": "validation", "Training": "train"}
WINDOWS = {"No smoothing": 1, "Mean of 5": 5, "Mean of 11": 11, "Mean of 21": 21, "Mean of 51": 51}


def draw(runs: Sequence[Run], lines: Sequence[RunLine]) -> None:
    """Draw the losses; the address holds every choice."""
    box = panel("Loss while learning", NOTE)
    with box, st.container(horizontal=True, vertical_alignment="center", gap="small"):
        part = _choice("Part", list(PARTS), "loss_of")
        over = _choice("Over", list(OVER), "loss_over")
        window = st.selectbox(
            "Smoothing",
            list(WINDOWS),
            key="loss_smoothing",
            bind="query-params",
            label_visibility="collapsed",
            width=150,
        )
        log = st.checkbox("Log scale", key="loss_log", bind="query-params")
    found = curves.losses(runs, PARTS[part], OVER[over], WINDOWS[window])
    with box:
        st.caption(told(found, runs, over))
        if found.points.empty:
            return
        axis, points = losses.in_unit(found.points, OVER[over])
        figure = losses.figure(points, lines, viewer.theme(), axis, log)
        chart.draw(figure, key="losses", alt=losses.alt(points, lines, part))
        chart_csv.offer(chart_csv.named(points, lines, axis, "loss"), "losses", "losses")


def told(found: curves.Losses, runs: Sequence[Run], over: str) -> str:
    """Return what is drawn of how much, and which runs could not be."""
    if found.points.empty:
        lacking = f"has a place by {over.lower()}" if found.without else "has recorded a point yet"
        return f"None of these runs {lacking}."
    shown = count(len(found.points))
    words = f"Every one of {counted(found.recorded, 'point')} is drawn."
    if found.is_thinned:
        words = (
            f"Thinned: {shown} of {count(found.recorded)} points are drawn. Of every stretch the "
            "lowest and the highest stay, so no spike is lost."
        )
    if found.without:
        names = ", ".join(str(run.id) for run in runs if run.id in found.without)
        words += f" Without a place by {over.lower()}: run {names}."
    return words


def _choice(label: str, options: list[str], key: str) -> str:
    chosen: str = st.radio(
        label,
        options,
        horizontal=True,
        label_visibility="collapsed",
        key=key,
        bind="query-params",
    )
    return chosen
