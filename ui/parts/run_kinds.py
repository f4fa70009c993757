"""How well a run tells the kinds of fraud apart: a figure for each, and what it takes for what."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from backend.judgements import Judgement
from ui.parts import figures_table
from ui.parts.skeleton import pair, panel
from ui.parts.wording import count, counted, joined, plain, share, three

NOTE = (
    "AP: average precision of this kind against all other rows. Told right: share of its frauds "
    "whose likeliest kind it is."
)


def draw(judged: Judgement) -> None:
    """Draw the kinds of fraud a run learned; nothing for a run of another sort."""
    told = judged.told.get("kinds")
    if not told:
        return
    left, right = pair()
    with left, panel("Kinds of fraud", NOTE, height="stretch"):
        forms: dict[str, Callable[[Any], str]] = {"Frauds": count, "AP": three}
        forms["Told right"] = partial(share, card=True)
        figures_table.draw(kind_table(told), forms, "Figures of every kind of fraud.")
        st.caption(summed(told))
        if told["unlearned"]:
            unlearned = counted(told["unlearned"], "test fraud")
            st.caption(f"{unlearned} of kinds that were too rare to learn are left out.")
    note = "Test rows by what they are, and by what the run finds likeliest."
    with right, panel("What is taken for what", note, height="stretch"):
        names = [plain(name) for name in told["names"]]
        table = confusion_table(told["confusion"], names)
        figures_table.draw(
            table, dict.fromkeys(names, count), "Rows by true and by likeliest kind."
        )


def kind_table(told: dict[str, Any]) -> pd.DataFrame:
    """Return one row per kind: name, frauds of the test part, AP, share told right."""
    return pd.DataFrame(
        [
            {
                "Kind": plain(each["kind"]),
                "Frauds": each["frauds"],
                "AP": each["ap"],
                "Told right": each["right"],
            }
            for each in told["kinds"]
        ],
        columns=["Kind", "Frauds", "AP", "Told right"],
    )


def confusion_table(confusion: list[list[int]], names: list[str]) -> pd.DataFrame:
    """Return one row per true class, with the rows taken for each class beside its name."""
    return pd.DataFrame(
        [
            {"Is": name, **dict(zip(names, row, strict=True))}
            for name, row in zip(names, confusion, strict=False)
        ],
        columns=["Is", *names],
    )


def summed(told: dict[str, Any]) -> str:
    """Return the figures over all kinds in one line."""
    if told["macro_f1"] is None:
        return "No test row is of a kind that was learned."
    right = told["right"]
    return joined(
        f"macro F1 {three(told['macro_f1'])}",
        f"log-loss {three(told['log_loss'])}",
        f"the kind of {share(right, card=True)} of frauds is right" if right is not None else "",
        f"{count(told['rows'])} test rows",
    )
