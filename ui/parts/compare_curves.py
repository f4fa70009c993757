"""The curves of the runs over each other: money by alerts, precision by recall."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from backend.comparisons import Comparison
from ui.charts import net_value, precision_recall
from ui.charts.run_lines import RunLine
from ui.parts import chart, chart_csv, viewer
from ui.parts import compare_words as words
from ui.parts.skeleton import panel
from ui.parts.wording import money, symbol


def draw_money(comparison: Comparison, lines: Sequence[RunLine], currency: str) -> None:
    """Draw what each run saves by its number of alerts, and the number that is compared."""
    days = comparison.days
    costs = comparison.costs
    saved = f"{symbol(currency)} saved a week" if days else f"{symbol(currency)} saved"
    each = f"{money(costs.review, currency)} a review"
    stopped = f"{money(costs.false_alarm, currency)} a false alarm"
    note = f"{saved}, after {each} and {stopped}. {_bands(lines)}"
    with panel("Net value by alerts a day" if days else "Net value by alerts", note, "stretch"):
        points = _shown(comparison.net_value, lines)
        if points.empty:
            st.caption("No run has a curve to draw.")
            return
        axis = "Alerts a day" if days else "Alerts in the test part"
        at = words.alerts_number(comparison.ranked[0], days)
        figure = net_value.figure(points, lines, viewer.theme(), symbol(currency), axis, at)
        chart.draw(figure, key="net-value", alt=net_value.alt(points, lines, symbol(currency)))
        drawn = chart_csv.named(points, lines, axis, "Net value")
        chart_csv.offer(drawn, "net-value", "net-value")


def draw_precision_recall(comparison: Comparison, lines: Sequence[RunLine]) -> None:
    """Draw the share of alerts that are fraud by the share of frauds found."""
    note = f"Share of alerts that are fraud, by share of frauds found. {_bands(lines)}"
    with panel("Precision by recall", note, "stretch"):
        points = _shown(comparison.precision_recall, lines)
        if points.empty:
            st.caption("No run has a curve to draw.")
            return
        figure = precision_recall.figure(points, lines, viewer.theme())
        chart.draw(figure, key="precision-recall", alt=precision_recall.alt(points, lines))
        drawn = chart_csv.named(points, lines, "Recall", "Precision")
        chart_csv.offer(drawn, "precision-recall", "precision-recall")


def _shown(points: pd.DataFrame, lines: Sequence[RunLine]) -> pd.DataFrame:
    return points[points["run_id"].isin([line.run_id for line in lines])]


def _bands(lines: Sequence[RunLine]) -> str:
    grey = any(line.cue is None for line in lines)
    return "Bands: 95% interval" + (", in colour only." if grey else ".")
