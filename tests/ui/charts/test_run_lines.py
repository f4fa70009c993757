"""Runs in charts: whose colour and dash is whose, and where the letters stand."""

from itertools import pairwise, product

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.charts import run_lines
from ui.charts.ink import DASH, LEGIT, RUNS
from ui.charts.run_lines import Cue, RunLine, apart, cues


def lines(*letters: str) -> list[RunLine]:
    given = cues(range(len(letters)))
    return [
        RunLine(n, f"run {n}", letter, cue if letter else None)
        for n, (letter, cue) in enumerate(zip(letters, given, strict=True))
    ]


def points(*curves: list[float], bands: bool = False) -> pd.DataFrame:
    frames = [
        pd.DataFrame({"run_id": n, "x": np.arange(len(curve)) / 10, "y": curve})
        for n, curve in enumerate(curves)
    ]
    drawn = pd.concat(frames, ignore_index=True)
    return drawn.assign(low=drawn["y"] - 0.1, high=drawn["y"] + 0.1) if bands else drawn


class TestCues:
    def test_a_slot_has_its_colour_and_its_dash(self):
        assert cues(range(6)) == [Cue(*both) for both in zip(RUNS, DASH, strict=True)]
        assert cues([4]) == [Cue(RUNS[4], DASH[4])]

    @given(st.lists(st.integers(0, 40), max_size=4))
    def test_a_run_keeps_its_colour_and_no_two_look_alike(self, slots):
        found = cues(slots)
        assert [cue.colour for cue in found] == [RUNS[slot % 6] for slot in slots]
        assert len({(cue.colour, cue.dash) for cue in found}) == len(slots)
        assert len({cue.dash for cue in found}) == len(slots) or len({*slots}) < len(slots)

    def test_of_two_in_one_slot_the_later_takes_a_dash_nobody_has(self):
        first, second, third = cues([0, 6, 1])
        assert (first.dash, third.dash) == ("solid", "dash")
        assert second.dash == "dot" and second.hatched
        assert not first.hatched and not third.hatched


class TestDraw:
    def test_lettered_runs_have_colour_and_band_the_others_one_thin_grey_line(self):
        fig = go.Figure()
        run_lines.draw(fig, points([1, 2], [2, 3], [3, 4], [4, 5], bands=True),
                       lines("A", "B", "", ""), "%{y}", "%{x}")  # fmt: skip
        (grey,) = [trace for trace in fig.data if trace.line.width == 1]
        assert grey.line.color.startswith(f"rgba({int(LEGIT[1:3], 16)}")
        named = [trace for trace in fig.data if trace.name and trace.line.width == 2]
        assert {trace.line.color for trace in named} == set(RUNS[:2])
        assert [trace.fill for trace in fig.data if trace.fill] == ["tonexty"] * 2
        assert fig.data[-1].name == "A run 0"  # on top of all others

    def test_grey_runs_are_not_joined_to_each_other(self):
        fig = go.Figure()
        run_lines.draw(fig, points([1, 2], [2, 3]), lines("", ""), "%{y}", "%{x}")
        (grey,) = fig.data
        assert np.isnan(grey.y[2]) and list(grey.y[:2]) == [1, 2]
        assert list(grey.text[:2]) == ["run 0", "run 0"] and grey.text[3] == "run 1"

    def test_a_shared_slot_is_told_by_hatching(self):
        shared = [RunLine(n, f"run {n}", letter, cue) for n, (letter, cue) in
                  enumerate(zip("AB", cues([0, 6]), strict=True))]  # fmt: skip
        fig = go.Figure()
        run_lines.draw(fig, points([1, 2], [2, 3], bands=True), shared, "%{y}", "%{x}")
        filled = [trace.fillpattern.shape for trace in fig.data if trace.fill]
        assert filled == [None, "/"]

    def test_a_name_cannot_become_markup(self):
        line = RunLine(1, "<a href='http://x'>click</a>", "A")
        assert line.told == "A &lt;a href='http://x'&gt;click&lt;/a&gt;"

    def test_the_pointer_reads_all_lines_only_while_all_have_letters(self):
        assert run_lines.hover(lines("A", "B")) == "x unified"
        assert run_lines.hover(lines("A", "")) == "closest"

    def test_a_curve_of_one_point_is_seen(self):
        fig = go.Figure()
        run_lines.draw(fig, points([1]), lines("A"), "%{y}", "%{x}")
        assert fig.data[0].mode == "markers"


class TestLetters:
    def test_stand_at_the_ends_of_their_lines(self):
        fig = go.Figure()
        run_lines.label_ends(fig, points([1, 9], [1, 2]), lines("A", "B"), 200)
        assert {(note.text, note.x, note.y) for note in fig.layout.annotations} == {
            ("A", 0.1, 9),
            ("B", 0.1, 2),
        }
        assert all(note.yshift == 0 for note in fig.layout.annotations)

    def test_stand_by_exponent_on_a_logarithmic_scale(self):
        fig = go.Figure()
        run_lines.label_ends(fig, points([1, 100], [1, 10]), lines("A", "B"), 200, log=True)
        assert [note.y for note in fig.layout.annotations] == pytest.approx([2, 1])

    def test_grey_runs_have_none(self):
        fig = go.Figure()
        run_lines.label_ends(fig, points([1, 9], [1, 2]), lines("A", ""), 200)
        assert [note.text for note in fig.layout.annotations] == ["A"]

    def test_between_the_ends_stand_where_the_lines_lie_furthest_apart(self):
        high, low = [1.0, 0.9, 0.9, 0.5, 0.1], [1.0, 0.9, 0.2, 0.4, 0.1]
        fig = go.Figure()
        run_lines.label_between(fig, points(high, low), lines("A", "B"), (0.1, 0.3))
        a, b = fig.layout.annotations
        assert (a.text, a.x, a.yshift > 0) == ("A", 0.2, True)
        assert (b.text, b.x, b.yshift < 0) == ("B", 0.2, True)

    def test_of_no_curve_there_are_none(self):
        fig = go.Figure()
        nothing = points([1.0])[:0]
        run_lines.label_between(fig, nothing, lines("A"), (0, 1))
        run_lines.label_ends(fig, nothing, lines("A"), 200)
        assert not fig.layout.annotations


class TestApart:
    @given(st.lists(st.floats(0, 300), max_size=6))
    def test_none_overprints_and_all_keep_their_order(self, heights):
        placed = [height + shift for height, shift in zip(heights, apart(heights), strict=True)]
        order = sorted(range(len(heights)), key=lambda n: (heights[n], n))
        assert all(placed[low] <= placed[high] - 14 + 1e-6 for low, high in pairwise(order))

    def test_those_far_apart_stay_where_they_are(self):
        assert apart([0, 50, 100]) == [0, 0, 0]

    def test_two_in_one_place_move_both_ways(self):
        assert apart([10, 10]) == [-7, 7]


def test_every_cue_of_four_runs_can_be_told_from_every_other():
    for slots in product(range(6), repeat=3):
        assert len(set(cues([0, *slots]))) == 4
