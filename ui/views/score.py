"""What about this one? A form made from the dataset's own columns, answered by the model."""

import streamlit as st

from backend import runs, scoring
from backend.run_view import Run
from ui.page import Page, go, id_in_address
from ui.parts import pretraining, score_answer
from ui.parts.run_picker import draw_picker, pick_run
from ui.parts.skeleton import blank, head, pair, panel
from ui.parts.transaction_form import draw_form
from ui.parts.wording import counted, joined, plain

PAGE = Page("Score", ":material/bolt:", group="Judge", order=20)


def render() -> None:
    """Draw the form of the run the address names, or of the newest finished one."""
    finished = [run for run in runs.list_all() if run.is_judged]
    run = pick_run(finished)
    if run is None or not run.is_judged:
        draw_none(run)
        return
    row = id_in_address("row")
    top = st.container(gap="small")
    left, right = pair()
    fields = scoring.fields(run.id)
    with left, panel("Transaction", form_note(row), height="stretch"):
        values = draw_form(
            fields, scoring.from_row(run.id, row) if row is not None else {}, (run.id, row)
        )
    if values is not None:
        scored = scoring.score(run.id, values)
        score_answer.keep((run.id, row), scored)
    answer = score_answer.kept((run.id, row))
    with top:
        badges = score_answer.badges(answer)
        head("Score", score_answer.verdict(answer, len(fields)), evidence(run, row), badges=badges)
        draw_picker(run, finished, "score")
    with (
        right,
        panel(
            "Score",
            "Dot: this transaction. Strip: what to do from which score on.",
            height="stretch",
        ),
    ):
        score_answer.draw(answer)


def draw_none(run: Run | None) -> None:
    """Say that a model comes first."""
    said = "No model has finished yet, so there are 0 to ask."
    if run is not None and not run.answers:
        said = f"Run {run.id} answers 0 questions. {pretraining.why_none(run)}"
    head("Score", said, "")
    with blank(":material/bolt:", "No model yet", "Train one; its form appears here."):
        pressed = st.button("New run", type="primary", key="new-run")
    if pressed:
        go("new_run")


def form_note(row: int | None) -> str:
    """Return where the values in the form come from."""
    if row is None:
        return "Filled with typical values. Change what you know."
    return "Filled from a stored transaction. Change a field and score again."


def evidence(run: Run, row: int | None) -> str:
    """Return which model answers."""
    line = f"line {row + 1:,} of the file" if row is not None else ""
    rows = counted(run.metrics.get("rows_trained", 0), "transaction")
    return joined(plain(run.name), plain(run.dataset_name), f"learned from {rows}", line)
