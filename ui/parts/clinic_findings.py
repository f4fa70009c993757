"""What is wrong with a file: its question, its problems, what was decided; each one click away."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from backend import drafts
from backend.dataset_view import Dataset
from backend.steps.checkup import Offer, Option, Problem, Question, Severity
from backend.steps.recipe import Fix
from ui.parts.clinic_words import SEVERITIES, decided
from ui.parts.skeleton import panel
from ui.parts.trouble import failing_later
from ui.parts.wording import count, counted, plain

FIRST_PROBLEMS, FIRST_NOTES = 12, 6
WAS_HIDDEN = "What was hidden before anything was stored."
MAY_BE_WRONG = "Nothing has to be done. Say so where it is wrong."
BADGE, BUTTON = 120, 160  # px; fixed, so that rows align
MOST_BESIDE, SHORT = 2, 18  # buttons beside a problem, characters on one


def draw_question(dataset: Dataset, question: Question) -> None:
    """Draw the one thing only the analyst knows, each answer with what the file then says."""
    note = "Only you can know. Each answer shows how values of this file would then read."
    with panel(f":orange[:material/help:] {plain(question.prompt)}", note):
        across = 2 if len(question.options) == 4 else len(question.options)  # never three and one
        grid = st.grid(across, gap="small", min_column_width=250)
        for place, option in enumerate(question.options):
            with grid.cell():
                _draw_option(dataset, option, key=f"answer-{question.key}-{place}")


def draw_problems(dataset: Dataset, problems: Sequence[Problem], asks: bool = False) -> None:
    """Draw what is wrong, worst first, and below it what is merely worth knowing.

    That nothing is wrong goes without saying of a file that still `asks`.
    """
    wrong = [problem for problem in problems if problem.severity is not Severity.NOTE]
    notes = [problem for problem in problems if problem.severity is Severity.NOTE]
    if wrong:
        note = "Each fix is written to the recipe of this file and can be undone."
        with panel(counted(len(wrong), "problem"), note):
            _draw_all(dataset, wrong, FIRST_PROBLEMS)
    elif not (dataset.is_ready or asks):
        with panel("No problems", "Labels, values, leaks, repeats, gaps: all were looked at."):
            st.markdown(":green[:material/check_circle:] Nothing has to be fixed.")
    if notes:
        with panel("Good to know", WAS_HIDDEN if dataset.is_ready else MAY_BE_WRONG):
            _draw_all(dataset, notes, FIRST_NOTES)


def draw_recipe(dataset: Dataset) -> None:
    """Draw what was decided so far, each decision with the way back; nothing without any."""
    if not dataset.recipe:
        return
    note = "Will be replayed on the next file with this header."
    with panel("Decided so far", note):
        for place, fix in enumerate(dataset.recipe):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f":gray[{place + 1}] {decided(fix)}", width="stretch")
                if not dataset.is_ready:
                    _draw_undo(dataset, fix, key=f"undo-{place}-{fix.kind}-{fix.column}")


def _draw_all(dataset: Dataset, problems: Sequence[Problem], first: int) -> None:
    for problem in problems[:first]:
        _draw_problem(dataset, problem)
    rest = problems[first:]
    if rest:
        with st.expander(f"{len(rest)} more"):
            for problem in rest:
                _draw_problem(dataset, problem)


def _draw_option(dataset: Dataset, option: Option, key: str) -> None:
    with st.container(gap="small"):  # no border: it would be a card in a card
        st.markdown("  \n".join(plain(example) for example in option.examples) or "–")
        args = (dataset.id, option.fixes)
        st.button(option.label, key=key, width="stretch", on_click=_fix, args=args)


def _draw_problem(dataset: Dataset, problem: Problem) -> None:
    text, icon, colour = SEVERITIES[problem.severity]
    offers = () if dataset.is_ready else problem.offers
    beside = fit_beside(offers)
    with st.container(horizontal=True, vertical_alignment="top", gap="small"):
        if problem.severity is not Severity.NOTE:
            with st.container(width=BADGE):
                st.badge(text, icon=icon, color=colour)  # type: ignore[arg-type]
        with st.container(gap="xsmall", width="stretch"):
            _draw_words(problem)
            if offers and not beside:
                with st.container(horizontal=True, gap="xsmall"):
                    _draw_offers(dataset, problem, width="content")
        if offers and beside:
            with st.container(width=BUTTON, gap="xsmall"):
                _draw_offers(dataset, problem, width="stretch")


def fit_beside(offers: Sequence[Offer]) -> bool:
    """Tell whether the buttons stand beside the words: few, with short labels."""
    return len(offers) <= MOST_BESIDE and all(len(offer.label) <= SHORT for offer in offers)


def _draw_words(problem: Problem) -> None:
    with st.container(gap=None):
        st.markdown(f"**{plain(problem.title)}**")
        st.caption(plain(problem.detail))
        if problem.examples:
            st.caption("  \n".join(_row(one.line, one.text) for one in problem.examples))


def _draw_offers(dataset: Dataset, problem: Problem, width: Any) -> None:
    for place, offer in enumerate(problem.offers):
        key, args = f"{problem.key}-{place}", (dataset.id, offer.fixes)
        st.button(offer.label, key=key, width=width, on_click=_fix, args=args)


def _row(line: int, text: str) -> str:
    return f"Line {count(line)} · {plain(text)}"


def _draw_undo(dataset: Dataset, fix: Fix, key: str) -> None:
    icon, args = ":material/undo:", (dataset.id, fix)
    st.button("Undo", icon=icon, type="tertiary", key=key, on_click=_undo, args=args)


# Called before the page is drawn anew: a second press while it is still being drawn would
# otherwise make the first one undone.
def _fix(dataset_id: int, fixes: Sequence[Fix]) -> None:
    with failing_later():
        drafts.fix(dataset_id, fixes)


def _undo(dataset_id: int, fix: Fix) -> None:
    with failing_later():
        drafts.undo(dataset_id, fix)
