"""The amounts a run predicts where nobody says what is fraud: nothing to alert on."""

import streamlit as st

from backend.run_view import Run
from ui.page import go
from ui.parts import prediction_table, run_amounts
from ui.parts.run_picker import draw_picker
from ui.parts.scoring_job import draw_job
from ui.parts.skeleton import Action, head

VERDICT = "Predicts amounts. No transaction is known as fraud, so there is no threshold."
SCORE: Action = ("Score a transaction", ":material/bolt:", "secondary", "score")


def draw(run: Run, finished: list[Run]) -> None:
    """Draw the predicted amounts, highest first, without a designer of thresholds."""
    (score_one,) = head("Predictions", VERDICT, prediction_table.evidence(run), actions=[SCORE])
    draw_picker(run, finished, "predictions")
    if score_one:
        go("score", run=run.id)
    st.caption(run_amounts.RANK)
    prediction_table.draw(run, 0.0)
    draw_job(run)
