"""The loss of one run with its controls, and the average precision beside the steps of the job."""

import pandas as pd
import streamlit as st

from backend.run_view import Run, Stage
from backend.states import RunState
from ui.charts import loss, precision
from ui.parts import chart, chart_csv, viewer
from ui.parts.skeleton import panel
from ui.parts.wording import count, counted, duration, plain


def draw_loss(run: Run, curve: pd.DataFrame) -> None:
    """Draw training and validation loss; a caption instead of an empty chart before any point."""
    note = "Lower is better. A ring marks the lowest validation loss."
    if loss.is_smoothed(curve):
        note += (
            f" The grey line is the mean of {loss.WINDOW} points; the faint line is every point."
        )
    if run.metrics.get("kept_share", 1.0) < 1.0:
        note += " Training rows hold more fraud than validation rows, so the lines lie apart."
    with panel("Loss", note):
        if curve.empty:
            _draw_nothing(run, 320, "The first point appears when the transactions are prepared.")
            return
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            scale = st.radio(
                "Scale of the loss",
                ["Linear", "Log"],
                horizontal=True,
                label_visibility="collapsed",
                key="loss-scale",
            )
            st.space("stretch")
            training = st.checkbox("Training", value=True, key="show-training")
            validation = st.checkbox("Validation", value=True, key="show-validation")
        planned = run.steps_total if run.is_live else int(curve["step"].max())
        shown = (scale == "Log", training, validation, run.resumed_step)
        figure = loss.figure(curve, planned, viewer.theme(), *shown)
        chart.draw(figure, key="loss", alt=loss.alt(curve, planned, run.resumed_step))
        chart_csv.offer(curve[["step", "part", "loss"]], f"run-{run.id}-loss", "loss")


def _draw_nothing(run: Run, height: int, coming: str) -> None:
    """Keep the place of a chart that is to come; of one that never will, say so."""
    if not run.is_live:
        st.caption("None. The run ended before the first point.")
        return
    st.skeleton(height=height)
    st.caption(coming)


def draw_precision(run: Run, curve: pd.DataFrame) -> None:
    """Draw average precision on validation, and say on which rows it was measured."""
    with panel("Average precision on validation", sample_note(run), height="stretch"):
        if precision.measured(curve).empty:
            _draw_nothing(run, 280, "Appears with the first check on validation rows.")
            return
        figure = precision.figure(curve, viewer.theme())
        chart.draw(figure, key="precision", alt=precision.alt(curve))
        measured = precision.measured(curve)[["step", "ap"]]
        chart_csv.offer(measured, f"run-{run.id}-average-precision", "precision")


def draw_steps(run: Run) -> None:
    """Draw what the job has done, what it does now, and for how long."""
    with panel("Steps of this job", height="stretch"):
        if not run.stages:
            coming = "None yet. The first begins when a worker takes the run."
            st.caption(coming if run.is_live else "None. It ended before a worker took it.")
        for stage in run.stages:
            took = _in_progress(run) if stage.seconds is None else duration(stage.seconds)
            st.markdown(f"{_icon(run, stage)} {plain(stage.name)} :gray[· {took}]")


def _in_progress(run: Run) -> str:
    return "in progress" if run.state is RunState.RUNNING else "interrupted"


def _icon(run: Run, stage: Stage) -> str:
    if stage.seconds is None and run.state is not RunState.RUNNING:
        return ":orange[:material/pause:]"
    if stage.seconds is None:
        return ":blue[:material/play_arrow:]"
    if stage is run.stages[-1] and run.state is not RunState.SUCCEEDED and not run.is_live:
        return ":red[:material/close:]"
    return ":green[:material/check:]"


def sample_note(run: Run) -> str:
    """Return on which rows checks are made while training: a fixed sample, and how large."""
    sample = run.metrics.get("validation_sample") or {}
    if not sample.get("rows"):
        return "While training, checks use one fixed, stratified sample of the validation rows."
    frauds = counted(sample.get("frauds", 0), "fraud")
    return (
        f"While training, checks use one fixed sample of {count(sample['rows'])} validation rows "
        f"with {frauds}; the figures above use all rows."
    )
