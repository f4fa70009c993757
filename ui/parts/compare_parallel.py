"""Options against results: parallel axes, and beside them what narrows the runs on the page."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd
import streamlit as st

from backend import contenders
from backend.comparisons import Comparison, Standing
from backend.run_view import Run
from backend.steps import differences
from backend.steps.differences import Axis
from ui.charts import parallel
from ui.charts.parallel import Upright
from ui.charts.run_lines import RunLine
from ui.parts import chart, chart_csv, viewer
from ui.parts import compare_words as words
from ui.parts.wording import MISSING, duration

MOST_OPTIONS = 4  # more axes stand too close to be read
IN_A_ROW, FEWER = 6, 4  # filters; more of them stand in rows of four
FAMILY, SECONDS = "family", "seconds"


@dataclass(frozen=True)
class Dimension:
    """One option or result of the runs shown: its axis, and each run's value in words."""

    axis: Axis
    title: str
    values: dict[int, Any]  # run -> value, None without one
    texts: dict[int, str]

    @property
    def labels(self) -> list[str]:
        """The values in words, from the lowest up, each once."""
        return [label for label, _, _ in self.spans]

    @property
    def spans(self) -> list[tuple[str, Any, Any]]:
        """Each label with the lowest and the highest value that reads so, from the lowest up."""
        by_value = {self.values[run_id]: text for run_id, text in self.texts.items()}
        read = [(by_value[value], value) for value in self.axis.values]
        spans = groupby(read, key=lambda pair: pair[0])
        kept = [(label, [value for _, value in pairs]) for label, pairs in spans]
        return [(label, values[0], values[-1]) for label, values in kept]


def dimensions(comparison: Comparison, currency: str) -> list[Dimension]:
    """Return what ranked runs differ in: model, options, then seconds and results."""
    runs = [standing.run for standing in comparison.ranked]
    options = contenders.options_in_full(runs)
    names, titles = differences.differing(options), contenders.option_titles()
    found = [_of("Model", FAMILY, runs, [run.family_title for run in runs])]
    of_options = [
        _of(title_of(name, titles), name, runs, [each.get(name) for each in options])
        for name in names
    ]
    found += [each for each in of_options if each is not None][:MOST_OPTIONS]
    found.append(_of("Trained in", SECONDS, runs, [seconds(run) for run in runs], duration))
    for measure in dict.fromkeys(["ap", comparison.measure]):
        values = [_figure(standing, measure) for standing in comparison.ranked]
        title = words.title(measure, comparison.days)
        found.append(_of(title, measure, runs, values, words.written(measure, currency)))
    return [each for each in found if each is not None]


def draw_filters(found: Sequence[Dimension]) -> set[int]:
    """Draw one filter per axis and return the runs that pass all of them."""
    passing = {run_id for each in found for run_id in each.values}
    columns = len(found) if 0 < len(found) <= IN_A_ROW else FEWER
    with st.grid(columns, gap="small", min_column_width=150):
        for each in found:
            passing &= _range(each) if each.axis.numeric else _among(each)
    return passing


def draw(found: Sequence[Dimension], lines: Sequence[RunLine]) -> None:
    """Draw the axes, one line per run that passes the filters."""
    uprights = [
        Upright(
            each.title,
            {
                run_id: (each.axis.place(value), each.texts[run_id])
                for run_id, value in each.values.items()
            },
        )
        for each in found
    ]
    figure = parallel.figure(uprights, lines, viewer.theme())
    chart.draw(figure, key="parallel", alt=parallel.alt(uprights, lines))
    chart_csv.offer(drawn(found, lines), "options-and-results", "parallel")


def drawn(found: Sequence[Dimension], lines: Sequence[RunLine]) -> pd.DataFrame:
    """Return one row per line: Run, Name, and its value on every axis."""
    rows = [
        {"Run": line.run_id, "Name": line.name}
        | {each.title: each.values.get(line.run_id) for each in found}
        for line in lines
    ]
    return pd.DataFrame(rows)


def seconds(run: Run) -> float | None:
    """Return how long a run took from being taken to being stored; None before its end."""
    if run.started_at is None or run.finished_at is None:
        return None
    return (run.finished_at - run.started_at).total_seconds()


def title_of(name: str, titles: dict[str, str]) -> str:
    """Return how an option is named on pages."""
    return titles.get(name, name.replace("_", " ").capitalize())


def in_words(value: object) -> str:
    """Return an option's value as text; a dash for a family that has no such option."""
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value) or "as installed"


def _of(
    title: str, key: str, runs: Sequence[Run], values: Sequence[Any], form: Any = in_words
) -> Dimension | None:
    axis = differences.axis(key, values)
    if axis is None:
        return None
    by_run = {run.id: value for run, value in zip(runs, values, strict=True)}
    texts = {
        run_id: MISSING if value is None else str(form(value)) for run_id, value in by_run.items()
    }
    return Dimension(axis, title, by_run, texts)


def _figure(standing: Standing, measure: str) -> float | None:
    figure = standing.figures.get(measure)
    return None if figure is None else figure.value


def _range(each: Dimension) -> set[int]:
    """Draw a range over the values of an axis; the address holds the ends that were moved."""
    if len(each.labels) < 2:  # values that read the same cannot be told apart by a filter
        return set(each.values)
    name = f"only_{each.axis.key}"
    low, high = bounds(st.query_params.get(name, ""))
    key = "|".join([name, *each.labels])  # other values are another control, set by the address
    st.select_slider(
        each.title,
        each.labels,
        value=ends(each, low, high),
        key=key,
        on_change=_narrow,
        args=(key, name, each),
    )
    if low == -math.inf and high == math.inf:
        return set(each.values)
    known = {run_id: value for run_id, value in each.values.items() if value is not None}
    return {run_id for run_id, value in known.items() if low <= value <= high}


def bounds(text: str) -> tuple[float, float]:
    """Return (lowest, highest) from the address: "0.3~" is from 0.3 on; nonsense is no bound."""
    low, _, high = text.partition("~")
    found = []
    for part, open_end in ((low, -math.inf), (high, math.inf)):
        try:
            found.append(float(part))
        except ValueError:
            found.append(open_end)
    return (found[0], found[1]) if found[0] <= found[1] else (-math.inf, math.inf)


def ends(each: Dimension, low: float, high: float) -> tuple[str, str]:
    """Return the labels at which the handles stand for bounds on an axis."""
    inside = [label for label, least, most in each.spans if most >= low and least <= high]
    nearest = each.labels[0] if high < each.axis.values[0] else each.labels[-1]
    return (inside[0], inside[-1]) if inside else (nearest, nearest)


def _narrow(key: str, name: str, each: Dimension) -> None:
    low, high = st.session_state[key]
    spans = {label: (least, most) for label, least, most in each.spans}
    first = "" if low == each.labels[0] else repr(float(spans[low][0]))
    last = "" if high == each.labels[-1] else repr(float(spans[high][1]))
    if first or last:
        st.query_params[name] = f"{first}~{last}"
    else:
        st.query_params.pop(name, None)


def _among(each: Dimension) -> set[int]:
    wanted = st.multiselect(
        each.title,
        each.labels,
        key=f"only_{each.axis.key}",
        bind="query-params",
        placeholder="any",
    )
    if not wanted:
        return set(each.values)
    return {run_id for run_id, text in each.texts.items() if text in wanted}
