"""What run B comes to and how it differs from run A: four cards, money first."""

import math
from typing import Any

from backend.comparisons import Comparison, Standing
from ui.parts import compare_words as words
from ui.parts.skeleton import card, cards
from ui.parts.wording import MISSING

IN_MONEY = ("cost", "missed_amount", "found", "ap")
WITHOUT = ("found", "right", "ap", "recall_at_1_fpr")  # where no fraud has an amount


def draw(comparison: Comparison, run_id: int, currency: str) -> None:
    """Draw the cards of run B; dashes where it is not ranked beside run A."""
    standing = comparison.of(run_id)
    shown = IN_MONEY if has_money(comparison) else WITHOUT
    cards([_card(comparison, standing, measure, currency) for measure in shown])


def has_money(comparison: Comparison) -> bool:
    """True when the frauds of the test part carry amounts."""
    base = comparison.baseline
    return bool(base is not None and base.told.get("fraud_amount"))


def _card(
    comparison: Comparison, standing: Standing | None, measure: str, currency: str
) -> dict[str, Any]:
    title = words.title(measure, comparison.days)
    figure = standing.figures.get(measure) if standing else None
    value = words.value(figure, measure, currency)
    found = standing.differences.get(measure) if standing else None
    if standing is None or found is None or found.delta is None or math.isnan(found.delta):
        return card(title, value, "run B" if value != MISSING else "not ranked")
    plain = card(title, value, words.interval(found, measure, currency))
    less = found.delta < 0
    told = {
        "delta": words.difference(found.delta, measure, currency),
        "delta_arrow": "down" if less else "up",
    }
    better = standing.better if measure == comparison.measure else found.better
    if better is None:
        unsure = "within noise" if found.p_value is not None else "too few frauds to tell"
        return {**plain, **told, "delta_color": "off", "delta_description": unsure}
    return {**plain, **told, "delta_color": "green" if better else "red"}
