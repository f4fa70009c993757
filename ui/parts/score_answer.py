"""The answer to one transaction: a verdict, a badge, and the score on its strip of bands."""

import streamlit as st

from backend.scoring import Scored
from ui.charts import band
from ui.parts import chart, viewer
from ui.parts.run_amounts import RANK, number
from ui.parts.skeleton import Badge
from ui.parts.wording import BANDS, counted, plain, score, share

ANSWER = "answer"
SMALLEST = 0.005  # rounds to 0.00
LEANS = {"low": "Likely legitimate", "review": "Worth a look", "high": "Likely fraud"}

About = tuple[int, int | None]  # run and row


def keep(about: About, scored: Scored) -> None:
    """Remember an answer until another is asked for."""
    st.session_state[ANSWER] = (about, scored)


def kept(about: About) -> Scored | None:
    """Return the answer to this form, None before it was asked."""
    asked, scored = st.session_state.get(ANSWER, (None, None))
    return scored if asked == about else None


def badges(answer: Scored | None) -> list[Badge]:
    """Return what to do with the transaction, as a badge."""
    return [BANDS[answer.band]] if answer and answer.amount is None else []


def verdict(answer: Scored | None, fields: int) -> str:
    """Return the sentence that answers: what about this one?"""
    if answer is None:
        return f"{counted(fields, 'field')}, one press: the model answers in milliseconds."
    if answer.amount is not None:
        return f"Predicts {number(answer.amount)}, {standing(answer.percentile)}."
    kind = f" If it is a fraud, most likely “{plain(answer.kind)}”." if answer.kind else ""
    return f"{LEANS[answer.band]}: {chance(answer.score)}, {standing(answer.percentile)}.{kind}"


def chance(value: float) -> str:
    """Return a score in words; a tiny one is not shown as nothing."""
    return "below 0.01" if 0 < value < SMALLEST else score(value)


def standing(percentile: float) -> str:
    """Return where a score stands among the test transactions."""
    if percentile >= 0.9995:
        return "higher than nearly every test transaction"
    return f"higher than {share(percentile, card=True)} of test transactions"


def draw(answer: Scored | None) -> None:
    """Draw the score on its bands; before the first answer, say how to get it."""
    if answer is None:
        st.caption("Press “Score transaction”. Nothing is stored.")
        return
    if answer.amount is not None:
        st.caption(f"{RANK} Answered in {answer.milliseconds:.0f} ms.")
        return
    bands = [
        (0.0, answer.review, BANDS["low"][0]),
        (answer.review, answer.high, BANDS["review"][0]),
        (answer.high, 1.0, BANDS["high"][0]),
    ]
    bands = [each for each in bands if each[1] > each[0]]
    figure = band.figure(answer.score, bands, viewer.theme())
    chart.draw(figure, key="score", alt=band.alt(answer.score, BANDS[answer.band][0]))
    st.caption(f"{_edges(answer)} Answered in {answer.milliseconds:.0f} ms.")


def _edges(answer: Scored) -> str:
    if answer.version is None:
        return (
            f"1 in 100 good payments scores {score(answer.review)} or more, 1 in 1,000 scores "
            f"{score(answer.high)} or more."
        )
    return (
        f"An alert is raised from {answer.review:g} on, version {answer.version} of this run's "
        f"threshold; 1 in 1,000 good payments scores {score(answer.high)} or more."
    )
