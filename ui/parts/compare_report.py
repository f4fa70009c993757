"""The comparison on the page as one HTML file to hand on, with its method and its caveats."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import pandas as pd
import streamlit as st

from backend import curves, flips, predictions
from backend.comparisons import Comparison
from ui.charts import losses, net_value, precision_recall
from ui.charts.run_lines import RunLine
from ui.parts import (
    compare_cards,
    compare_fairness,
    compare_flips,
    compare_losses,
    compare_options,
    compare_table,
    judgement,
    swatch,
    viewer,
)
from ui.parts import compare_words as words
from ui.parts.compare_choice import Choice
from ui.parts.wording import counted, money, symbol, three
from ui.report import Part, page

CASES = 20  # changed decisions told one by one
CASE = (
    "Change",
    "Amount",
    "Score A",
    "Score B",
    "Truth",
    "Was right",
    "Booked",
    "Merchant",
    "Line",
)
METHOD = (
    "Runs are ranked only when they were judged on the same test transactions, which none of them "
    "learned from.",
    "Intervals are 95% percentile intervals of a bootstrap that draws whole customers, or whole "
    "days where customers are not known. Two runs are compared on the same draws (paired).",
    "A run is called better or worse only when the interval of the difference leaves zero out, "
    "also after Holm's correction for the number of runs compared, and when the test part holds "
    "at least 30 frauds.",
    "The cost of a threshold is what missed frauds lose, what alerts cost to review and what false "
    "alarms cost. A threshold nobody chose is the one that costs least in the test part, which "
    "flatters every run a little.",
)


def offer(choice: Choice, comparison: Comparison, lines: Sequence[RunLine]) -> None:
    """Draw the button that makes the report when it is pressed."""
    st.download_button(
        "Report",
        data=partial(build, choice, comparison, lines, datetime.now(viewer.zone())),
        file_name=f"touchstone-compare-{choice.baseline.id}-{choice.candidate.id}.html",
        mime="text/html",
        icon=":material/description:",
        on_click="ignore",
        key="report",
        help="One HTML file with verdict, charts and method. It opens anywhere, offline too.",
    )


def build(
    choice: Choice, comparison: Comparison, lines: Sequence[RunLine], made: datetime
) -> bytes:
    """Return the report as an HTML file, UTF-8."""
    b = choice.candidate
    parts = [
        _runs(choice, comparison, lines),
        _net_value(comparison, lines),
        _precision_recall(comparison, lines),
        _losses(choice, lines),
        _changes(choice, comparison),
        _options(choice, lines),
        Part("How this was judged", lines=METHOD),
        Part("What weakens it", lines=tuple(caveats(choice, comparison))),
    ]
    title = f"Compared: {choice.candidate.name} with {choice.baseline.name}"
    verdict = words.verdict(comparison, b.id, b.currency)
    about = words.evidence(comparison, b.id)
    return page(title, verdict, about, made, [part for part in parts if part is not None])


def caveats(choice: Choice, comparison: Comparison) -> list[str]:
    """Return what weakens the comparison, one sentence each; a sentence too when nothing does."""
    told = [words.why_unsure(comparison, choice.candidate.id)]
    told += [f"Not ranked: run {run.id} {why}." for run, why in comparison.left_out]
    fairness = compare_fairness.unfair(choice.baseline, choice.candidate)
    told += [fairness[1]] if fairness else []
    told += judgement.caveats(choice.candidate)
    note = comparison.baseline.told.get("note", "") if comparison.baseline else ""
    reads = max(run.test_reads for run in choice.chosen)
    told.append(note)
    told.append(f"The test part was read {counted(reads, 'time')} at most by one of these runs.")
    return [line.replace("\\", "") for line in dict.fromkeys(told) if line]


def _runs(choice: Choice, comparison: Comparison, lines: Sequence[RunLine]) -> Part:
    with_money = compare_cards.has_money(comparison)
    marks = {line.run_id: swatch.svg(line.cue) for line in lines}
    table = compare_table.frame(comparison, choice, lines, with_money)
    listed = [run.id for run in choice.chosen if run.id in marks]
    for name, form in compare_table.formats(comparison, choice.baseline.currency).items():
        if name in table:
            table[name] = table[name].map(form)
    table["Mark"] = [marks[run_id] for run_id in listed]
    left = ("Mark", "Run", "State")
    right = tuple(str(name) for name in table.columns if name not in left)
    return Part("Runs", "A is the baseline. The marks are those of the charts.",
                table=table, right=right)  # fmt: skip


def _net_value(comparison: Comparison, lines: Sequence[RunLine]) -> Part | None:
    points = comparison.net_value
    if points.empty:
        return None
    currency, days = symbol(comparison.ranked[0].run.currency), comparison.days
    axis = "Alerts a day" if days else "Alerts in the test part"
    at = words.alerts_number(comparison.ranked[0], days)
    figure = net_value.figure(points, lines, "light", currency, axis, at)
    note = "Money saved against alerting nobody. Bands: 95% interval, of runs in colour."
    return Part(f"Net value by {axis.lower()}", note, figure=figure,
                alt=net_value.alt(points, lines, currency))  # fmt: skip


def _precision_recall(comparison: Comparison, lines: Sequence[RunLine]) -> Part | None:
    points = comparison.precision_recall
    if points.empty:
        return None
    figure = precision_recall.figure(points, lines, "light")
    note = "Share of alerts that are fraud, by share of frauds found. Bands: 95% interval."
    return Part("Precision by recall", note, figure=figure,
                alt=precision_recall.alt(points, lines))  # fmt: skip


def _losses(choice: Choice, lines: Sequence[RunLine]) -> Part | None:
    shown = {line.run_id for line in lines}
    found = curves.losses([run for run in choice.chosen if run.id in shown], "validation")
    if found.points.empty:
        return None
    axis, points = losses.in_unit(found.points, "step")
    figure = losses.figure(points, lines, "light", axis, log=False)
    note = f"On validation rows. {compare_losses.NOTE}"
    return Part("Loss while learning", note, figure=figure,
                alt=losses.alt(points, lines, "Validation"))  # fmt: skip


def _changes(choice: Choice, comparison: Comparison) -> Part | None:
    a, b = choice.baseline, choice.candidate
    first, second = comparison.of(a.id), comparison.of(b.id)
    if first is None or second is None:
        return None
    found = flips.between(a.id, b.id, first.threshold, second.threshold)
    shown = found.head(CASES)
    note = compare_flips.told(found, a.currency)
    if found.empty:
        return Part("Decisions that changed", note)
    details = predictions.with_details(b.id, shown)
    table = compare_flips.to_show(details, b.clock)
    table = table[[name for name in CASE if name in table]]
    table["Amount"] = [money(each, b.currency, cents=True) for each in shown["amount"]]
    for letter in "AB":
        table[f"Score {letter}"] = table[f"Score {letter}"].map(three)
    largest = f" The {len(shown)} of the largest amounts:" if len(found) > CASES else ""
    return Part("Decisions that changed", note + largest, table=_texts(table),
                right=("Amount", "Score A", "Score B"))  # fmt: skip


def _options(choice: Choice, lines: Sequence[RunLine]) -> Part:
    letters = {line.run_id for line in lines}
    runs = [run for run in choice.chosen if run.id in letters]
    return Part("What differs", table=_texts(compare_options.frame(runs, lines)))


def _texts(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype("object").where(table.notna(), "–")
