"""The pictures of a ready dataset, panel by panel."""

import time
from collections.abc import Callable

import streamlit as st

from backend import datasets, pictures
from backend.dataset_view import Dataset
from backend.pictures import Pictures
from backend.steps import rhythm, spans
from ui.charts import amounts, coverage, groups, missing, volume
from ui.charts import rhythm as rhythm_chart
from ui.parts import chart, dataset_hidden, viewer
from ui.parts import dataset_findings as findings
from ui.parts.skeleton import pair, panel
from ui.parts.wording import plain, symbol

Panel = Callable[[Dataset, Pictures], None]
FEW_COLUMNS = 5  # bars so few leave room below them
FEWEST_WEEKS = 3  # fewer are no timeline
PATIENCE = 2.0  # seconds without a word


def draw(dataset: Dataset) -> None:
    """Draw every picture; a bar says what is counted when that takes more than two seconds."""
    place = st.empty()
    with place.container():
        seen = pictures.paint(dataset.id, _bar())
    place.empty()
    if len(seen.weeks) >= FEWEST_WEEKS:
        draw_weeks(dataset, seen)
    if len(seen.coverage) >= FEWEST_WEEKS or dataset.uncovered:
        draw_coverage(dataset, seen)
    for row in rows_of_panels(seen):
        for spot, stack in zip(pair(), row, strict=False):
            with spot:
                for picture in stack:
                    picture(dataset, seen)
    if len(seen.aside):
        dataset_hidden.draw_rows(dataset, seen)


def rows_of_panels(seen: Pictures) -> list[list[list[Panel]]]:
    """Return which panels stand side by side; low panels share one place.

    Rows that were put aside are shown over the whole width, and so not among them.
    """
    many = len(missing.lacking(seen.missing)) > FEW_COLUMNS
    rows: list[Panel] = [] if len(seen.aside) else [dataset_hidden.draw_rows]
    words: list[Panel] = [*rows, dataset_hidden.draw_protected]
    stacks: list[list[Panel]] = []
    if len(seen.amounts):
        stacks.append([draw_amounts])
    if rhythm.has_hours(seen.rhythm):
        stacks.append([draw_rhythm])
    if len(seen.groups):
        stacks.append([draw_groups])
    if many:
        stacks += [[draw_missing], *([word] for word in words)]
    else:  # one place for all low panels, or two where one would stand alone
        stacks += [[draw_missing], words] if len(stacks) % 2 == 0 else [[draw_missing, *words]]
    return [stacks[start : start + 2] for start in range(0, len(stacks), 2)]


def draw_weeks(dataset: Dataset, seen: Pictures) -> None:
    """Draw volume and fraud rate by week; periods that runs leave out are greyed."""
    greyed = spans.left_out(dataset.uncovered, dataset.uses_uncovered)
    with _panel(findings.of_weeks(dataset, seen)):
        figure = volume.figure(seen.weeks, greyed, viewer.theme())
        chart.draw(figure, key="volume", alt=volume.alt(seen.weeks, greyed))


def draw_coverage(dataset: Dataset, seen: Pictures) -> None:
    """Draw which periods have labels, with the switch that lets runs use the others."""
    greyed = spans.left_out(dataset.uncovered, dataset.uses_uncovered)
    dated = dataset.clock == "date"
    with _panel(findings.of_coverage(dataset, seen)):
        figure = coverage.figure(seen.coverage, greyed, viewer.theme(), dated)
        chart.draw(figure, key="coverage", alt=coverage.alt(seen.coverage))
        if dataset.uncovered:
            _draw_switch(dataset)


def draw_amounts(dataset: Dataset, seen: Pictures) -> None:
    """Draw how much frauds and legitimate transactions are worth."""
    with _panel(findings.of_amounts(dataset, seen)):
        figure = amounts.figure(seen.amounts, symbol(dataset.currency), viewer.theme())
        chart.draw(figure, key="amounts", alt=amounts.alt(seen.amounts))


def draw_rhythm(dataset: Dataset, seen: Pictures) -> None:
    """Draw the hours and weekdays of fraud."""
    peak, dated = rhythm.peak(seen.rhythm), dataset.clock == "date"
    with _panel(findings.of_rhythm(dataset, seen)):
        figure = rhythm_chart.figure(seen.rhythm, peak, viewer.theme(), dated)
        chart.draw(figure, key="rhythm", alt=rhythm_chart.alt(seen.rhythm, peak, dated))


def draw_groups(dataset: Dataset, seen: Pictures) -> None:
    """Draw the categories and merchants with the highest fraud rates."""
    with _panel(findings.of_groups(dataset, seen)):
        figure = groups.figure(seen.groups, dataset.fraud_rate or 0.0, viewer.theme())
        chart.draw(figure, key="groups", alt=groups.alt(seen.groups))


def draw_missing(dataset: Dataset, seen: Pictures) -> None:
    """Draw which columns lack values; words alone when none does."""
    with panel(*findings.of_missing(dataset, seen)):
        if len(missing.lacking(seen.missing)):
            figure = missing.figure(seen.missing, dataset.rows, viewer.theme())
            chart.draw(figure, key="missing", alt=missing.alt(seen.missing, dataset.rows))


def _panel(words: findings.Words) -> st.delta_generator.DeltaGenerator:
    title, note = words
    return panel(title, note, height="stretch")


def _draw_switch(dataset: Dataset) -> None:
    key = f"use-uncovered-{dataset.id}"
    st.toggle(
        "Use these periods",
        value=dataset.uses_uncovered,
        key=key,
        on_change=_use,
        args=(dataset.id, key),
    )
    st.caption(
        "Off: their rows count as unlabelled, so runs neither learn from them nor are judged on "
        "them. On: every label in them is taken as it stands."
    )


def _use(dataset_id: int, key: str) -> None:
    datasets.use_uncovered(dataset_id, st.session_state[key])


def _bar() -> Callable[[float, str], None]:
    began = time.monotonic()
    bars: list[st.delta_generator.DeltaGenerator] = []

    def tell(done: float, doing: str) -> None:
        if time.monotonic() - began < PATIENCE:
            return
        if not bars:
            bars.append(st.progress(0.0))
        bars[0].progress(done, text=plain(doing))

    return tell
