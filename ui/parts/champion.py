"""Which run stands for a dataset: the badge, the question before a change, and the history."""

from functools import partial

import streamlit as st

from backend import champions
from backend.champions import Champion
from backend.judgements import Judgement
from backend.run_view import Run
from backend.steps.metrics import FEW_FRAUDS
from ui.page import go, link
from ui.parts import decision, judgement, viewer
from ui.parts.decision import Decision
from ui.parts.skeleton import Action, Badge, panel
from ui.parts.wording import counted, joined, moment, plain, three

MAKE, SEE = "make-champion", "see-predictions"
SHOWN = 5


def badges(run: Run, champion: Champion | None) -> list[Badge]:
    """Return the badges of a champion and of a baseline; none for another run."""
    told: list[Badge] = []
    if champion is not None and champion.run_id == run.id:
        since = moment(champion.since, viewer.zone())
        told.append((f"Champion since {since}", ":material/trophy:", "green"))
    if run.automatic:
        told.append(("Baseline", ":material/straighten:", "gray"))
    return told


def actions(run: Run, champion: Champion | None) -> list[Action]:
    """Return the buttons: the champion has its predictions to go to, another may take its place."""
    if champion is not None and champion.run_id == run.id:
        return [("See predictions", ":material/flag:", "primary", SEE)]
    return [
        ("Make champion", ":material/trophy:", "primary", MAKE),
        ("See predictions", ":material/flag:", "secondary", SEE),
    ]


def press(run: Run, champion: Champion | None, pressed: list[bool]) -> None:
    """Do what was pressed."""
    for (*_, key), yes in zip(actions(run, champion), pressed, strict=True):
        if yes and key == SEE:
            go("predictions", run=run.id)
        elif yes:
            decision.ask(MAKE)


def ask(run: Run, judged: Judgement, present: Champion | None) -> None:
    """Draw the question before a run becomes champion, while it is open."""
    if not decision.is_asked(MAKE):
        return
    name = plain(run.dataset_name)
    keep = f"Keep run {present.run_id}" if present else "Keep no champion"
    lines = [
        f"**{plain(run.name)}** then stands for {name}: on Home, and as what others are held to.",
        *gates(run, judged, present),
    ]
    make = partial(champions.make, run.id)
    title = f"Make run {run.id} the champion of {name}?"
    decision.draw(Decision(MAKE, title, tuple(lines), keep, f"Make run {run.id} champion", make))


def gates(run: Run, judged: Judgement, present: Champion | None) -> list[str]:
    """Return what speaks for or against, measured value beside its limit, one line each."""
    frauds = int((run.metrics.get("test") or {}).get("frauds", 0))
    enough = f"{counted(frauds, 'fraud')} in the test part, at least {FEW_FRAUDS} wanted"
    told = [_line(frauds >= FEW_FRAUDS, enough)]
    read = "once" if run.test_reads == 1 else counted(run.test_reads, "time")
    told.append(_line(run.test_reads <= 1, f"test part read {read}, at most once wanted"))
    if present is not None:
        other = judgement.of(present.run_id)
        if judged.test_key and judged.test_key == other.test_key:
            mine, theirs = judged.value("ap"), other.value("ap")
            better = mine is not None and theirs is not None and mine >= theirs
            words = f"average precision {three(mine)}, the champion's is {three(theirs)}"
            told.append(_line(better, words))
        else:
            told.append(_line(False, "judged on other transactions than the champion"))
    return told


def draw_history(run: Run, kept: list[Champion]) -> None:
    """Draw who was champion of the run's dataset, since when, by whom and why."""
    with panel(f"Champions of {plain(run.dataset_name)}", "The newest decision holds."):
        if not kept:
            st.caption("None yet. Whoever makes one says why, and it is kept here.")
        for champion in kept[:SHOWN]:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                with st.container(gap=None):
                    st.markdown(f"**{plain(champion.run_name)}** · {plain(champion.why)}")
                    who, when = plain(champion.chosen_by), moment(champion.since, viewer.zone())
                    st.caption(joined(f"run {champion.run_id}", who, when))
                if champion.run_id != run.id:
                    link("Open", "run", ":material/arrow_forward:", run=champion.run_id)


def _line(passed: bool, words: str) -> str:
    sign = ":green[:material/check_circle:]" if passed else ":orange[:material/warning:]"
    return f"{sign} {words}"
