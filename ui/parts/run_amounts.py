"""How good the amounts are that a run predicts: how far off, in which order, and at the top."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from backend.judgements import Judgement
from backend.run_view import Run
from ui.parts import figures_table
from ui.parts.skeleton import card, cards, pair, panel
from ui.parts.wording import MINUS, MISSING, count, counted, joined, money, plain, share, three

RANK = (
    "The score ranks the predicted amount: 0.97 is more than 97% of validation rows have. It is "
    "no probability."
)
DIGITS = 3  # significant ones, of a number that is no money


def verdict(judged: Judgement, run: Run) -> str:
    """Return the sentence that answers: how good are the amounts?"""
    told, form = judged.told["amounts"], unit(judged, run)
    if told["mae"] is None:
        return f"Predicts amounts; {counted(told['rows'], 'test row')} are too few to judge them."
    tenth = next((each for each in told["top"] if each["share"] == 0.10), None)
    top = f", and its highest tenth holds {share(tenth['caught'])} of the sum" if tenth else ""
    return f"Misses the amount by {form(told['mae'])} on average{top}."


def draw_cards(judged: Judgement, run: Run) -> None:
    """Draw the four figures of predicted amounts."""
    told, form = judged.told["amounts"], unit(judged, run)
    cards(
        [
            card("Off by, on average", form(told["mae"]), f"the mean is {form(told['mean'])}"),
            card("Root of squares", form(told["rmse"]), "large misses weigh more (RMSE)"),
            card("Explained", share(told["r2"], card=True), "of the variance (R²)"),
            card("Same order", three(told["spearman"]), "rank correlation (Spearman)"),
        ]
    )


def draw(judged: Judgement, run: Run) -> None:
    """Draw what predicted amounts are worth; nothing for a run of another sort."""
    told = judged.told.get("amounts")
    if not told:
        return
    form = unit(judged, run)
    left, right = pair()
    note = "Test rows in ten groups of equal size, the highest predictions first."
    with left, panel("Predicted and true amounts", note, height="stretch"):
        forms = {"Rows": count, "Predicted, mean": form, "True, mean": form}
        figures_table.draw(tenth_table(told), forms, "Mean prediction and truth of ten groups.")
        st.caption(bias(told, form))
        if told["mae"] is not None and not judged.judges_amounts_only:  # else the cards say it
            st.caption(figures(told, form))
    note = "Share of the sum in the highest predictions; the last column knows the truth."
    with right, panel("The highest predictions", note, height="stretch"):
        rows = top_table(told)
        if rows.empty:
            st.caption(plain(told["note"] or "Amounts that cancel out have no shares."))
        else:
            card_share = partial(share, card=True)
            forms = {"Rows": count, "Holds": card_share, "At best": card_share}
            figures_table.draw(rows, forms, "Share of the sum in the highest predictions.")
        st.caption(RANK)


def figures(told: dict[str, Any], form: Callable[[float | None], str]) -> str:
    """Return how far off predictions are, how much they explain and how well they rank."""
    return joined(
        f"off by {form(told['mae'])} on average (MAE)",
        f"RMSE {form(told['rmse'])}",
        f"R² {share(told['r2'], card=True)}",
        f"Spearman {three(told['spearman'])}",
    )


def unit(judged: Judgement, run: Run) -> Callable[[float | None], str]:
    """Return how amounts of this run are written: as money, or as plain numbers."""
    if judged.told["amounts"].get("money"):
        return partial(money, currency=run.currency, cents=True)
    return number


def number(value: float | None) -> str:
    """1234.56 -> 1,235; 0.123456 -> 0.123."""
    if value is None or math.isnan(value):
        return MISSING
    size = math.floor(math.log10(abs(value))) if value else 0
    return f"{value:,.{max(DIGITS - 1 - size, 0)}f}".replace("-", MINUS)


def bias(told: dict[str, Any], form: Callable[[float | None], str]) -> str:
    """Return in words whether predictions are too high or too low on average."""
    if told["bias"] is None:
        return plain(told["note"])
    way = "high" if told["bias"] > 0 else "low"
    return f"On average {form(abs(told['bias']))} too {way}, over {count(told['rows'])} test rows."


def tenth_table(told: dict[str, Any]) -> pd.DataFrame:
    """Return one row per tenth: its rows, mean prediction, mean truth."""
    return pd.DataFrame(
        [
            {
                "Rows": each["rows"],
                "Predicted, mean": each["predicted"],
                "True, mean": each["value"],
            }
            for each in told["deciles"]
        ],
        columns=["Rows", "Predicted, mean", "True, mean"],
    )


def top_table(told: dict[str, Any]) -> pd.DataFrame:
    """Return one row per share of the rows: what its highest predictions hold of the sum."""
    return pd.DataFrame(
        [
            {
                "Highest": share(each["share"]),
                "Rows": each["rows"],
                "Holds": each["caught"],
                "At best": each["best"],
            }
            for each in told["top"]
        ]
    )
