"""The charts of a comparison, built without a browser: ink, axes, words, and what the CSV holds."""

import io
import math

import numpy as np
import pandas as pd
import pytest

from ui.charts import ink, losses, net_value, parallel, precision_recall
from ui.charts.parallel import Upright
from ui.charts.run_lines import RunLine, cues
from ui.parts import chart_csv

A, B = cues([0, 1])
LINES = [RunLine(1, "first", "A", A), RunLine(2, "=second", "B", B), RunLine(3, "third")]
THEMES = ["light", "dark"]


def curves(bands: bool = True) -> pd.DataFrame:
    x = np.linspace(0.01, 1, 100)
    frames = [pd.DataFrame({"run_id": n, "x": x, "y": (1 - x) * n}) for n in (1, 2, 3)]
    drawn = pd.concat(frames, ignore_index=True)
    return drawn.assign(low=drawn["y"] - 0.2, high=drawn["y"] + 0.2) if bands else drawn


def loss_points(window: bool = False) -> pd.DataFrame:
    drawn = curves(bands=False)
    return drawn.assign(raw=drawn["y"] + (0.1 if window else 0.0))


def uprights() -> list[Upright]:
    return [
        Upright("Model", {1: (0.0, "BERT"), 2: (1.0, "<b>Trees</b>"), 3: (1.0, "<b>Trees</b>")}),
        Upright("Legitimate rows per fraud", {1: (0.5, "10"), 2: (None, "–"), 3: (1.0, "20")}),
        Upright("Cost a week", {1: (0.0, "€10"), 2: (0.03, "€11"), 3: (1.0, "€90")}),
    ]


FIGURES = {
    "net value": lambda theme: net_value.figure(curves(), LINES, theme, "€", "Alerts a day", 0.5),
    "precision": lambda theme: precision_recall.figure(curves(), LINES, theme),
    "losses": lambda theme: losses.figure(loss_points(), LINES, theme, "Step", log=False),
    "parallel": lambda theme: parallel.figure(uprights(), LINES, theme),
}


class TestEveryFigure:
    @pytest.mark.parametrize("theme", THEMES)
    @pytest.mark.parametrize("name", FIGURES)
    def test_wears_the_ink_of_the_page_and_no_legend(self, name, theme):
        fig = FIGURES[name](theme)
        _, strong, _ = ink.INK[theme]
        assert fig.layout.showlegend is False and fig.layout.uirevision == "keep"
        assert fig.layout.annotations
        assert {note.font.color for note in fig.layout.annotations} == {strong}

    @pytest.mark.parametrize("name", FIGURES)
    def test_says_what_is_under_the_pointer(self, name):
        for trace in FIGURES[name]("light").data:
            assert trace.hovertemplate or trace.hoverinfo == "skip"

    @pytest.mark.parametrize("name", FIGURES)
    def test_no_name_is_markup(self, name):
        assert "<b>Trees" not in FIGURES[name]("light").to_json().encode().decode("unicode_escape")


class TestNetValue:
    def test_a_loss_is_written_with_a_minus_before_the_currency(self):
        fig = net_value.figure(curves().assign(low=-3_000.0), LINES, "light", "€", "Alerts", None)
        assert "−€2k" in fig.layout.yaxis.ticktext
        assert len(fig.layout.yaxis.ticktext) <= net_value.MOST_TICKS

    def test_the_compared_number_of_alerts_is_marked(self):
        (mark,) = FIGURES["net value"]("light").layout.shapes
        assert (mark.x0, mark.line.dash) == (0.5, "dot")

    def test_the_words_name_the_highest_of_lettered_runs(self):
        said = net_value.alt(curves(), LINES, "€")
        assert said == "Net value by alerts. Highest: A €1, B €2."
        assert "no run has a curve" in net_value.alt(curves()[:0], LINES, "€")


class TestPrecisionRecall:
    def test_the_words_name_precision_at_half_the_recall(self):
        said = precision_recall.alt(curves(), LINES)
        assert "Where half of the frauds are found: A 50%, B 100%" in said


class TestLosses:
    def test_points_stand_faint_behind_a_mean_of_coloured_runs(self):
        fig = losses.figure(loss_points(window=True), LINES, "light", "Step", log=False)
        faint = [trace for trace in fig.data if trace.hoverinfo == "skip"]
        assert [trace.line.color for trace in faint] == [
            ink.rgba(each.colour, 0.35) for each in (A, B)
        ]
        plain = losses.figure(loss_points(), LINES, "light", "Step", log=False)
        assert not [trace for trace in plain.data if trace.hoverinfo == "skip"]

    @pytest.mark.parametrize(
        ("longest", "unit", "x"),
        [(100, "seconds", 100), (600, "minutes", 10), (36_000, "hours", 10)],
    )
    def test_time_is_told_in_the_unit_that_suits_it(self, longest, unit, x):
        points = loss_points().assign(x=float(longest))
        title, placed = losses.in_unit(points, "seconds")
        assert title == f"Time since the start, {unit}" and placed["x"].max() == x

    def test_steps_are_not_touched(self):
        title, placed = losses.in_unit(loss_points(), "step")
        assert title == "Training step" and placed["x"].max() == 1

    def test_the_words_name_the_lowest(self):
        said = losses.alt(loss_points().assign(y=0.25), LINES, "Validation")
        assert said == "Validation loss of 3 runs. Lowest: A 0.250, B 0.250."


class TestParallel:
    def test_a_run_without_the_option_stands_below_with_a_dash(self):
        fig = FIGURES["parallel"]("light")
        of_b = next(trace for trace in fig.data if trace.line.color == B.colour)
        assert of_b.y[1] == parallel.ABSENT
        dashes = [note.x for note in fig.layout.annotations if note.text == "–"]
        assert dashes == [1]

    def test_ticks_do_not_overprint_and_the_ends_stay(self):
        assert list(uprights()[2].ticks.values()) == ["€10", "€90"]

    def test_titles_break_before_they_run_into_the_next(self):
        assert uprights()[1].lines == ["Legitimate", "rows per", "fraud"]

    def test_has_a_line_for_every_run_and_an_axis_for_every_option(self):
        fig = FIGURES["parallel"]("light")
        assert len(fig.layout.shapes) == 3
        assert sum(trace.y.count(None) for trace in fig.data) == len(LINES)
        assert parallel.figure([], LINES, "light")


class TestCsv:
    def test_holds_exactly_the_points_drawn(self):
        fig = FIGURES["net value"]("light")
        text = chart_csv.as_csv(chart_csv.named(curves(), LINES, "Alerts", "Value")).decode()
        table = pd.read_csv(io.StringIO(text))
        drawn = sorted(
            (round(float(x), 9), round(float(y), 9))
            for trace in fig.data
            if trace.hoverinfo != "skip"
            for x, y in zip(trace.x, trace.y, strict=True)
            if not math.isnan(x)
        )
        held = sorted(zip(table["Alerts"].round(9), table["Value"].round(9), strict=True))
        assert drawn == [tuple(map(float, point)) for point in held]
        assert table.loc[table["Run"] == 3, ["low", "high"]].isna().all(axis=None)
        assert table.loc[table["Run"] != 3, ["low", "high"]].notna().all(axis=None)

    def test_no_cell_is_a_formula(self):
        text = chart_csv.as_csv(chart_csv.named(curves(), LINES, "Alerts", "Value")).decode()
        assert "2,'=second," in text and text.count("\r\n") == 301

    def test_a_run_that_is_not_drawn_is_not_held(self):
        assert set(chart_csv.named(curves(), LINES[:1], "x", "y")["Run"]) == {1}
