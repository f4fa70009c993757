"""How far a run's figures can be trusted: leakage, optimism, folds, and how often one looked."""

from typing import Any

import streamlit as st

from backend.judgements import Judgement
from backend.run_view import Run
from ui.parts import judgement, pretraining
from ui.parts.judgement import split_caption, spread
from ui.parts.skeleton import panel
from ui.parts.wording import count, counted, duration, plain, share, three

DAY = 86_400.0  # seconds
READ_ONCE = "The test part was read once, after every choice had been made on validation rows."


def draw_leakage(judged: Judgement) -> None:
    """Draw what the model could have known from training about the test rows."""
    note = "A card caught in training makes its later frauds easy to find."
    with panel("Could it have known the answer?", note, height="stretch"):
        lines = leakage(judged)
        for line in lines:
            st.markdown(line)
        if not lines:
            st.caption("The dataset names no customer or card, so none can be known from before.")


def draw_optimism(overall: dict[str, Any]) -> None:
    """Draw what a random split would have promised, and how figures vary from period to period.

    `overall` is what backend.baselines.overall tells of the dataset.
    """
    note = "Measured with the gradient-boosted trees of this dataset."
    with panel("How flattering is another split?", note, height="stretch"):
        lines = optimism(overall)
        for line in lines:
            st.markdown(line)
        if not lines:
            st.caption("Stands here once the baseline of trees has finished on this dataset.")


def draw_reads(run: Run, judged: Judgement) -> None:
    """Draw how rows were shared out, how often the test part was read, and every caveat."""
    with panel("What these figures stand on"):
        for line in [
            split_caption(run),
            pretraining.started_from(run),
            reads(run),
            _resampled(judged),
        ]:
            if line:
                st.caption(line)
        for caveat in judgement.caveats(run):
            st.caption(f":orange[:material/warning:] {caveat}")


def leakage(judged: Judgement) -> list[str]:
    """Return the leakage controls, one sentence each; empty without customers."""
    told, lines = judged.told.get("leakage") or {}, []
    if told.get("entities_seen") is not None:
        seen = share(told["entities_seen"])
        lines.append(f"**{seen}** of test transactions are of customers seen in training.")
    if told.get("removed_rows") is not None:
        rows, cards = (
            counted(told["removed_rows"], "test transaction"),
            counted(told.get("removed_cards", 0), "card"),
        )
        lines.append(f"**{rows}** are of {cards} whose fraud was known before.")
    if told.get("ap_without") is not None:
        here = three(judged.value("ap"))
        lines.append(
            f"Without those, average precision is **{three(told['ap_without'])}**, not {here}."
        )
    if told.get("twins") is not None:
        twins, repeat = told["twins"], "repeats" if told["twins"] == 1 else "repeat"
        lines.append(f"**{counted(twins, 'test row')}** {repeat} a training row exactly.")
    return lines


def optimism(overall: dict[str, Any]) -> list[str]:
    """Return optimism gap and prequential folds in words; empty before they are known."""
    lines, gap, folds = [], overall.get("optimism_gap"), overall.get("folds")
    if gap:
        lines.append(
            f"Split at random, trees reach an average precision of **{three(gap['ap_random'])}**; "
            f"split as here **{three(gap['ap_split'])}**. {_promise(gap['gap'])}"
        )
    if folds and folds["ap"]["mean"] is not None:
        apart = f", {duration(folds['days'] * DAY)} apart" if folds.get("days") else ""
        lines.append(
            f"Over {counted(folds['count'], 'earlier period')}{apart}, it is "
            f"**{three(folds['ap']['mean'])}** with a standard deviation of "
            f"{three(folds['ap']['sd'])}."
        )
    elif folds:
        lines.append(plain(folds["note"]))
    return lines


def _promise(gap: float) -> str:
    if gap <= 0:
        return "A random split would not have flattered."
    return f"The difference of {three(gap)} is optimism."


def reads(run: Run) -> str:
    """Return how often the test part was looked at."""
    if run.test_reads == 1:
        return READ_ONCE
    if not run.test_reads:
        return ""
    return (
        f"The test part was read {count(run.test_reads)} times: each look after the first lets "
        "choices follow it, so its figures flatter."
    )


def _resampled(judged: Judgement) -> str:
    note = judgement.interval_note(judged)
    if not note:
        return "This run was judged before intervals were kept: train it again for all figures."
    redrawn = judged.told.get("redrawn") or 0
    again = f"; {counted(redrawn, 'resample')} without a fraud drawn again" if redrawn else ""
    auroc, low_rate = judged.value("auroc"), judged.value("recall_at_0_1_fpr")
    second = f"AUROC {three(auroc)} ({spread(judged.interval('auroc'), three)})"
    return f"{plain(note.capitalize())}{again}. {second}." if low_rate or auroc else f"{note}."
