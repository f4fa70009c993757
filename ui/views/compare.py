"""Is B really better than A? Runs side by side: the verdict, the money, the cases that changed."""

import streamlit as st

from backend import champions, comparisons, contenders
from backend.comparisons import Comparison
from ui.page import Page, go
from ui.parts import (
    compare_cards,
    compare_choice,
    compare_curves,
    compare_fairness,
    compare_flips,
    compare_losses,
    compare_next,
    compare_options,
    compare_pickers,
    compare_runs,
    compare_way,
)
from ui.parts import compare_words as words
from ui.parts.compare_choice import Choice
from ui.parts.skeleton import blank, head, pair
from ui.parts.wording import counted

PAGE = Page("Compare", ":material/compare_arrows:", group="Judge", order=15)


def render() -> None:
    """Draw the runs the address names, or the newest ten beside the champion."""
    choice = compare_choice.pick()
    if choice is None:
        draw_none()
    else:
        draw_comparison(choice)


def draw_comparison(choice: Choice) -> None:
    """Draw verdict, money, cases, runs and losses, in this order."""
    top, currency = st.container(gap="small"), choice.baseline.currency
    measure, way = compare_way.draw(choice.baseline)
    banded = [run.id for run in choice.coloured]
    comparison = comparisons.compare(choice.chosen, choice.baseline.id, measure, way, banded)
    middle = st.container(gap="small")
    shown = compare_runs.draw(choice, comparison)
    lines = choice.lines(shown)
    with top:
        draw_head(choice, comparison)
        compare_pickers.draw(choice, comparison, lines)
        compare_fairness.draw(choice.baseline, choice.candidate)
    with middle:
        compare_cards.draw(comparison, choice.candidate.id, currency)
        left, right = pair()
        with left:
            compare_curves.draw_money(comparison, lines, currency)
        with right:
            compare_curves.draw_precision_recall(comparison, lines)
        compare_flips.draw(comparison, choice.baseline, choice.candidate, lines)
    compare_losses.draw(shown, lines)
    compare_options.draw(shown, lines)


def draw_head(choice: Choice, comparison: Comparison) -> None:
    """Draw the verdict on run B, and what follows from it."""
    run, present = choice.candidate, champions.of(choice.candidate.dataset_id)
    pressed = head(
        "Compare",
        words.verdict(comparison, run.id, run.currency),
        words.evidence(comparison, run.id),
        badges=[words.badge(comparison, run.id)],
        actions=compare_next.actions(run, comparison, present),
    )
    compare_next.press(run, comparison, present, pressed)


def draw_none() -> None:
    """Say that two runs come first, and where they come from."""
    finished = max(contenders.datasets_with_runs().values(), default=0)
    held = f"there {'is' if finished == 1 else 'are'} {counted(finished, 'finished run')}"
    head("Compare", f"Two finished runs of one dataset are needed, and {held}.", "")
    note = "Train a second model on the same dataset, or the same one with other options."
    with blank(":material/compare_arrows:", "Nothing to compare yet", note):
        pressed = st.button("New run", type="primary", key="new-run")
    if pressed:
        go("new_run")
