"""A pre-training: what it learned without labels, and what starts from it. It has no scores."""

import pandas as pd
import streamlit as st

from backend import runs
from backend.run_view import Run
from backend.starts import OPTION
from ui.page import go, link
from ui.parts import viewer
from ui.parts.loss_panel import draw_loss
from ui.parts.run_picker import draw_picker
from ui.parts.skeleton import Action, card, cards, head
from ui.parts.wording import MISSING, count, counted, joined, moment, plain, three

FINE_TUNE: Action = ("Fine-tune from it", ":material/model_training:", "primary", "fine-tune")


def verdict(run: Run, curve: pd.DataFrame) -> str:
    """Return the sentence that answers: what did it learn?"""
    losses = curve[curve["part"] == "validation"]["loss"].dropna()
    if len(losses) < 2:
        return "Learned from transactions without their labels. It scores nothing by itself."
    return (
        f"Learned without labels: its guesses miss by {three(losses.min())} instead of "
        f"{three(losses.iloc[0])}. It scores nothing by itself."
    )


def started_from(run: Run) -> str:
    """Return what a run started from and what came along; empty for one from scratch."""
    number, carried = run.options.get(OPTION), run.metrics.get("carried")
    if not number:
        return ""
    if not carried:
        return f"Starts from run {number}."
    parts = f"{count(carried['tensors_carried'])} of {counted(carried['tensors'], 'tensor')}"
    return f"Started from run {number}: {parts} carried over, which learned half as fast."


def why_none(run: Run) -> str:
    """Return why a run has no scores."""
    if not run.answers:
        return "It is a pre-training: it scores nothing, and other runs start from it."
    return "It has no finished model."


def draw(run: Run) -> None:
    """Draw what a finished pre-training learned: its loss, and the way to a run that goes on."""
    curve = runs.loss_curve(run.id)
    told = joined(
        plain(run.name),
        plain(run.dataset_name),
        f"finished {moment(run.finished_at, viewer.zone())}",
        f"times in {viewer.zone_name()}",
    )
    (pressed,) = head("Run", verdict(run, curve), told, actions=[FINE_TUNE])
    if pressed:
        fine_tune(run)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        draw_picker(run, runs.list_all(), "run")
        link("How it learned", "progress", ":material/show_chart:", run=run.id)
    draw_cards(run, curve)
    draw_loss(run, curve)


def fine_tune(run: Run) -> None:
    """Go to a new run that starts from this one."""
    go("new_run", dataset=run.dataset_id, start=run.id)


def draw_cards(run: Run, curve: pd.DataFrame) -> None:
    """Draw what it learned from, how well it guesses, and how large it is."""
    told = run.metrics
    best = curve[curve["part"] == "validation"]["loss"].min()
    looked = (told.get("validation_sample") or {}).get("rows")
    cards(
        [
            card("Loss of guesses", three(best), f"on the {count(looked)} rows that follow"),
            card("Learned from", count(told.get("rows_trained")), "transactions, without labels"),
            card("Weights", count(told.get("parameters")), "that can be carried over"),
            card("Best at step", count(told.get("best_step")), f"of {count(run.steps_total)}"),
        ]
        if told
        else [card("Loss of guesses", MISSING, "known once it has finished")]
    )
