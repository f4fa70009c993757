"""The charts of one judged run: money, ranking, scores, reliability."""

import math

import numpy as np
import pandas as pd
import pytest

from ui.charts import ink, money, odds, ranking, reliability, score_spread

EDGES = np.linspace(-12, 12, 49)


def worth(top: float = 8_000.0) -> pd.DataFrame:
    """A hill over thresholds: alerts fall as the threshold rises."""
    threshold = np.linspace(0.9, 0.01, 40)
    value = top * (1 - ((threshold - 0.3) / 0.3) ** 2)
    alerts = np.linspace(1, 900, 40)
    told = {"threshold": threshold, "alerts": alerts, "value": value}
    return pd.DataFrame({**told, "low": value - 900, "high": value + 900})


def precision() -> pd.DataFrame:
    recall = np.linspace(0.01, 1, 100)
    told = {"recall": recall, "precision": 1 - recall / 2}
    return pd.DataFrame({**told, "low": 0.9 - recall / 2, "high": 1.1 - recall / 2})


def bins(empty: int = 3) -> pd.DataFrame:
    score = np.geomspace(1e-4, 0.5, 15)
    observed = np.where(np.arange(15) < empty, 0.0, score * 1.1)
    told = {"score": score, "observed": observed, "low": observed / 2, "high": observed * 2 + 0.002}
    return pd.DataFrame({**told, "rows": 500})


def counts(frauds: int = 300) -> dict[str, list[int]]:
    fraud, rest = np.zeros(48, dtype=int), np.zeros(48, dtype=int)
    fraud[[20, 30, 31]] = frauds // 3
    rest[[5, 6, 20]] = 4_000, 2_000, 10
    return {"fraud": fraud.tolist(), "legitimate": rest.tolist()}


def of_money(theme: str = "light", limit: float = 0.2, top: float = 8_000.0):
    return money.figure(worth(top), (0.6, 4_000.0), (0.3, top), limit, "€", 1, theme)


FIGURES = {
    "money": of_money,
    "ranking": lambda theme: ranking.figure(precision(), 0.01, (0.4, 0.8), 0, theme),
    "reliability": lambda theme: reliability.figure(bins(), 0, theme),
    "scores": lambda theme: score_spread.figure(EDGES, counts(), 0.3, theme),
}


class TestEveryFigure:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("name", FIGURES)
    def test_wears_the_ink_of_the_page_and_no_legend(self, name, theme):
        fig = FIGURES[name](theme)
        ticks, labels, grid = ink.INK[theme]
        assert fig.layout.showlegend is False and fig.layout.uirevision == "keep"
        assert fig.layout.xaxis.tickfont.color == ticks
        assert fig.layout.yaxis.gridcolor == grid
        assert {note.font.color for note in fig.layout.annotations} <= {labels}

    @pytest.mark.parametrize("name", FIGURES)
    def test_says_what_is_under_the_pointer(self, name):
        for trace in FIGURES[name]("light").data:
            assert trace.hovertemplate or trace.hoverinfo == "skip"

    @pytest.mark.parametrize("name", FIGURES)
    def test_has_at_most_six_ticks(self, name):
        axis = FIGURES[name]("light").layout.xaxis
        assert axis.tickvals is None or len(axis.tickvals) <= 6


class TestMoney:
    def test_the_best_is_ringed_and_the_chosen_is_a_guide(self):
        fig = of_money()
        ring = fig.data[-1]
        assert (ring.x[0], ring.y[0]) == (pytest.approx(float(odds.place(0.3))), 8_000)
        guides = [shape for shape in fig.layout.shapes if shape.type == "line" and shape.x0]
        assert guides[0].x0 == pytest.approx(float(odds.place(0.6)))
        assert "alert from 0.6" in [note.text for note in fig.layout.annotations]

    def test_what_cannot_be_reviewed_is_shaded_up_to_the_limit(self):
        (shade,) = [shape for shape in of_money().layout.shapes if shape.type == "rect"]
        assert shade.x1 == pytest.approx(float(odds.place(0.2)))
        assert not [shape for shape in of_money(limit=0.0).layout.shapes if shape.type == "rect"]

    def test_it_wears_the_colour_of_its_run(self):
        (line,) = [trace for trace in of_money().data if trace.line.width == 2]
        assert line.line.color == ink.RUNS[1]

    def test_ticks_carry_the_currency_and_a_true_minus(self):
        ticks = of_money().layout.yaxis.ticktext
        assert "€0" in ticks and any(tick.startswith("€") for tick in ticks)
        assert all("-" not in tick and "€−" not in tick for tick in ticks)

    def test_losses_take_at_most_a_third_of_the_height(self):
        low, high = of_money().layout.yaxis.range
        assert -0.5 * high < low < 0

    def test_where_nothing_is_worth_an_alert_zero_still_stands(self):
        fig = of_money(top=-500.0)
        low, high = fig.layout.yaxis.range
        assert low < 0 <= high

    def test_a_curve_without_a_band_is_drawn(self):
        bare = worth().assign(low=math.nan, high=math.nan)
        fig = money.figure(bare, (0.5, 4_000.0), (0.3, 8_000.0), 0.0, "€", 0, "light")
        assert np.isfinite(fig.layout.yaxis.range).all()

    def test_the_words_name_best_and_chosen(self):
        said = money.alt(worth(), (0.5, 4_000.0), (0.3, 8_000.0), "€")
        assert "from 0.3 on with €8,000" in said and "at the chosen 0.5 it is €4,000" in said
        assert "no curve" in money.alt(worth()[:0], (0.5, 0), (0.5, 0), "€")


class TestRanking:
    def test_chance_is_a_guide_and_the_threshold_is_ringed(self):
        fig = ranking.figure(precision(), 0.01, (0.4, 0.8), 0, "light")
        assert fig.layout.shapes[0].y0 == 0.01
        assert (fig.data[-1].x[0], fig.data[-1].y[0]) == (0.4, 0.8)
        assert len(ranking.figure(precision(), None, None, 0, "light").layout.shapes) == 0

    def test_the_words_follow_the_curve(self):
        assert "75% right at 50% found" in ranking.alt(precision())
        assert "too few" in ranking.alt(precision()[:0])


class TestReliability:
    def test_a_bin_without_fraud_is_hollow_and_stands_on_the_edge(self):
        fig = reliability.figure(bins(), 0, "light")
        hollow, full = fig.data[1:]
        assert (hollow.marker.symbol, len(hollow.x)) == ("circle-open", 3)
        assert (full.marker.symbol, len(full.x)) == ("circle", 12)
        floor = fig.data[0].x[0]
        assert set(hollow.y) == {floor} and floor > 0

    def test_both_axes_are_logarithmic_and_alike(self):
        layout = reliability.figure(bins(), 0, "light").layout
        assert layout.xaxis.type == layout.yaxis.type == "log"
        assert layout.xaxis.range == layout.yaxis.range
        assert layout.xaxis.ticktext[-1] == "100%"

    def test_no_bar_is_negative(self):
        for trace in reliability.figure(bins(), 0, "light").data[1:]:
            assert min(trace.error_y.array) >= 0 and min(trace.error_y.arrayminus) >= 0

    def test_the_words_count_what_is_right(self):
        assert "in 15 of them" in reliability.alt(bins(empty=0))
        assert "too few" in reliability.alt(bins()[:0])


class TestScores:
    def test_shares_of_each_class_add_up_to_one(self):
        fig = score_spread.figure(EDGES, counts(), None, "light")
        for trace in fig.data:
            assert sum(trace.y[::2]) == pytest.approx(1)

    def test_few_frauds_are_drawn_in_wider_bins(self):
        many, few = (
            len(score_spread.figure(EDGES, counts(n), None, "light").data[1].x) for n in (300, 60)
        )
        assert many == 2 * few

    def test_the_axis_ends_where_the_scores_do(self):
        low, high = score_spread.figure(EDGES, counts(), None, "light").layout.xaxis.range
        assert (low, high) == pytest.approx((EDGES[5] - odds.ROOM, EDGES[32] + odds.ROOM))

    def test_names_that_meet_stand_one_above_the_other(self):
        alike = {"fraud": [0] * 48, "legitimate": [0] * 48}
        alike["fraud"][14], alike["legitimate"][14] = 100, 9_000
        notes = score_spread.figure(EDGES, alike, None, "light").layout.annotations
        assert {note.text: note.yshift for note in notes} == {"Legitimate": 0, "Fraud": 14}

    def test_the_words_compare_the_middles(self):
        assert score_spread.alt(EDGES, counts()).startswith("Share of each class by score.")


class TestOdds:
    def test_ticks_read_as_scores(self):
        fig = of_money()
        assert set(fig.layout.xaxis.ticktext) <= {"0.01", "0.1", "0.5", "0.9"}

    def test_a_place_and_its_score_are_one(self):
        for score in (0.001, 0.3, 0.98):
            assert odds.score_at(float(odds.place(score))) == pytest.approx(score)

    def test_certainty_stands_on_the_edge(self):
        assert np.isfinite(odds.place([0.0, 1.0])).all()

    def test_a_narrow_stretch_has_its_ends_as_ticks(self):
        fig = of_money()
        odds.axis(fig, float(odds.place(0.2)), float(odds.place(0.3)))
        assert list(fig.layout.xaxis.ticktext) == ["0.2", "0.3"]
