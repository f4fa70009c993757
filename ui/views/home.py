"""What changed: runs at work, what to do next, and the newest runs."""

import streamlit as st

from backend import datasets, runs
from ui.page import Page, go
from ui.parts import digest, judgement, next_steps, run_table
from ui.parts.intake import take_sample
from ui.parts.live import live, redraw_page
from ui.parts.running_now import draw_running
from ui.parts.skeleton import blank, head, pair, panel

PAGE = Page("Home", ":material/home:", group="Start", order=10)
SHOWN = 8  # newest runs in the table
REDRAW = 3.0  # seconds


def render() -> None:
    """Draw the page."""
    every, held = runs.list_all(), datasets.list_all()
    if not every and not held:
        draw_nothing_yet()
        return
    actions = [
        ("New run", ":material/add:", "primary", "new-run"),
        ("Upload transactions", ":material/upload_file:", "secondary", "upload"),
    ]
    new_run, upload = head(
        "Home", digest.verdict(every), digest.evidence(every, len(held)), actions=actions
    )
    if new_run:
        go("new_run")
    if upload:
        go("upload")
    told = digest.told_of(every)
    if told:
        judgement.draw_cards(told)
    left, right = pair()
    with left, panel("Running now", height="stretch"):
        any_live = any(run.is_live for run in every)
        live(draw_live, REDRAW if any_live else None, key="running-now")(any_live)
    with right, panel("Next", height="stretch"):
        next_steps.draw(every, held)
    if every:
        with panel("Recent runs", "Baselines come after what people asked for."):
            run_table.draw(sorted(every, key=lambda run: run.automatic)[:SHOWN])


def draw_live(any_live: bool) -> None:
    """Draw the runs at work; once the last one ends the whole page is drawn anew."""
    at_work = [run for run in runs.list_all() if run.is_live]
    if any_live and not at_work:
        redraw_page()
    draw_running(at_work)


def draw_nothing_yet() -> None:
    """Draw the two ways to begin."""
    verdict = "Nothing here yet. Start with sample transactions, no file needed."
    head("Home", verdict, "50,000 invented card payments, made on this machine in seconds.")
    note = "Upload your own CSV, or see a whole run with sample data first."
    with blank(":material/science:", "No runs yet", note):
        sample = st.button("Try it with sample transactions", type="primary", key="sample")
        upload = st.button("Upload transactions", key="upload")
    if sample:
        take_sample()
    if upload:
        go("upload")
