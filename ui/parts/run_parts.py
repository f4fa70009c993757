"""Parts of the test set apart: slices, groups of customers, and what has drifted."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from backend.judgements import Judgement
from ui.parts import figures_table
from ui.parts.judgement import between
from ui.parts.skeleton import panel
from ui.parts.wording import MISSING, count, day, plain, rate, share, three

SLICES = {"entity seen": "Customer", "amount": "Amount", "month": "Month", "week": "Week"}
FAIR = 0.8  # of the highest rate of false alarms; below it groups are treated unequally
MODERATE, STRONG = 0.1, 0.25  # conventions of Lewis 1994
MOST = 12  # rows of a table on the page
DATED = re.compile(r"\b(\d{4})-(\d{2})(?:-(\d{2}))?\b")


def draw_slices(judged: Judgement) -> None:
    """Draw how the run does on parts of the test set: customers seen before, amounts, months."""
    note = (
        "Parts of the test set, where 1 in 100 good payments are stopped. Of amount: share of the "
        "frauds' amount found. AP: average precision."
    )
    with panel("Where it is strong and where weak", note):
        rows = slice_table(judged.told.get("slices") or ())
        if rows.empty:
            st.caption("The test part is not divided: it has no customers, amounts or months.")
            return
        card = partial(share, card=True)
        forms: dict[str, Callable[[Any], str]] = {"Rows": count, "Frauds": count}
        forms |= {"Found": card, "Of amount": card, "AP": three}
        figures_table.draw(rows, forms, "Figures of parts of the test set.")


def draw_groups(judged: Judgement) -> None:
    """Draw how often good customers of each group are stopped, and whether that is even."""
    note = "Share of good payments stopped, by group, at the same threshold for all."
    with panel("Are groups treated alike?", note, height="stretch"):
        told = judged.told.get("groups") or ()
        if not told:
            st.caption("No category column has 2 to 20 values, so there are no groups to compare.")
            return
        names = [str(each["column"]) for each in told]
        chosen = names[0]
        if len(names) > 1:
            chosen = st.selectbox(
                "Column", names, key="group", bind="query-params", label_visibility="collapsed"
            )
        group = next(each for each in told if each["column"] == chosen)
        st.markdown(fairness(group["ratio"]))
        rows = group_table(group["groups"])
        forms = {"Good payments": count, "Stopped": rate}
        figures_table.draw(rows, forms, "Share of good payments stopped, by group.")
        if rows["Stopped"].isna().any():
            st.caption("A group with few good payments is shown without its share.")


def draw_drift(judged: Judgement) -> None:
    """Draw what differs between training and test rows, beside what chance alone would do."""
    note = "Population stability index of test rows against earlier ones."
    with panel("What has drifted?", note, height="stretch"):
        rows = drift_table(judged.told.get("drift") or ())
        if rows.empty:
            st.caption("Nothing to compare: there are no numbers beside the score.")
            return
        figures_table.draw(rows, {"PSI": three, "By chance up to": three}, "Drift by column.")
        st.caption(f"By convention from {MODERATE:.2f} on moderate, from {STRONG:.2f} on strong.")


def slice_table(told: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return one row per slice, figures as numbers; empty without slices."""
    return pd.DataFrame(
        [
            {
                "Part": f"{SLICES.get(str(each['kind']), str(each['kind']))}: {said(each['name'])}",
                "Rows": each["rows"],
                "Frauds": each["frauds"],
                "Found": each.get("recall"),
                "95% interval": _between(each.get("low"), each.get("high")),
                "Of amount": each.get("value"),
                "AP": each.get("ap"),
            }
            for each in told
        ]
    )


def said(name: object) -> str:
    """Return the name of a slice with its dates as people write them: 2024-04-08 -> 8 Apr 2024."""
    return DATED.sub(_as_day, str(name))


def group_table(groups: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return one row per group, the most often stopped first; small ones last, without a rate."""
    ordered = sorted(groups, key=lambda each: (not each["shown"], -(each["fpr"] or 0.0)))
    return pd.DataFrame(
        [
            {
                "Group": plain(each["name"]),
                "Good payments": each["legitimate"],
                "Stopped": each["fpr"] if each["shown"] else None,
            }
            for each in ordered[:MOST]
        ]
    )


def fairness(ratio: float | None) -> str:
    """Return in words how evenly groups are treated (predictive equality)."""
    if ratio is None:
        return "Too few good payments, or none stopped, to compare groups."
    words = f"The least stopped group is stopped {share(ratio)} as often as the most stopped."
    if ratio >= FAIR:
        return f":green[:material/check_circle:] {words}"
    return f":orange[:material/warning:] {words}"


def drift_table(told: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return one row per column, the most drifted first; empty without any."""
    known = [each for each in told if each.get("psi") is not None]
    known.sort(key=lambda each: (each["what"] != "score", -each["psi"]))
    return pd.DataFrame(
        [
            {
                "What": "Score" if each["what"] == "score" else plain(each["what"]),
                "PSI": each["psi"],
                "By chance up to": each.get("null_high"),
                "": drifted(each["psi"], each.get("null_high")),
            }
            for each in known[:MOST]
        ]
    )


def drifted(psi: float, by_chance: float | None) -> str:
    """Return in one word or two how strong a drift is; what chance explains is none."""
    if psi < MODERATE or (by_chance is not None and psi <= by_chance):
        return "steady"
    return "strong drift" if psi >= STRONG else "some drift"


def _as_day(found: re.Match[str]) -> str:
    year, month = int(found[1]), int(found[2])
    words = day(date(year, month, int(found[3] or 1)))
    return words if found[3] else words.removeprefix("1 ")


def _between(low: float | None, high: float | None) -> str:
    return MISSING if low is None or high is None else between((low, high))
