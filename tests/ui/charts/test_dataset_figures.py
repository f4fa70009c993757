"""The charts of a dataset's page: what is drawn, in which ink, and what is said of it."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from backend.steps import amounts as amount_counts
from ui.charts import amounts, coverage, groups, ink, missing, rhythm, volume

THEMES = ["light", "dark"]
MONDAY = pd.Timestamp("2019-01-07")
DAY = 86_400
SECONDS = int(MONDAY.timestamp())
SPANS = [(SECONDS + 14 * DAY, SECONDS + 28 * DAY)]  # the third and the fourth week


def weekly(many: int = 10, dated: bool = True) -> pd.DataFrame:
    start = pd.date_range(MONDAY, periods=many, freq="7D") if dated else np.arange(many) * 7.0
    frame = pd.DataFrame({"start": start, "transactions": 1_000, "labelled": 900, "frauds": 9})
    return frame.assign(complete=[*[True] * (many - 1), False])


def periods(many: int = 10) -> pd.DataFrame:
    start = SECONDS + 7 * DAY * np.arange(many)
    frame = pd.DataFrame({"start": start, "end": start + 7 * DAY, "transactions": 100})
    frame = frame.assign(labelled=90, frauds=5, covered=True)
    frame.loc[2:3, ["labelled", "frauds", "covered"]] = [0, 0, False]
    return frame


def binned(frauds: int = 1_000) -> pd.DataFrame:
    rows = [(-1, 0, 5, 40), (0, 0, 1, 9), (1, 10, 10, 900), (1, 20, frauds, 800), (1, 30, 8, 1)]
    return pd.DataFrame(rows, columns=amount_counts.COLUMNS)


def hourly(labelled: int = 100) -> pd.DataFrame:
    week = pd.DataFrame(itertools.product(range(7), range(24)), columns=["weekday", "hour"])
    night = week["hour"].isin([22, 23, 0, 1])
    frauds = np.where(night, labelled // 5, labelled // 100)
    return week.assign(transactions=labelled, labelled=labelled, frauds=frauds)


def ranked() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "column": ["merchant", "channel"],
            "value": ["<b>A rather long name of a shop</b>", "web"],
            "rows": [400, 3_000],
            "frauds": [40, 33],
            "stands_out": [True, False],
            "rate": [0.1, 0.011],
            "low": [0.074, 0.008],
            "high": [0.133, 0.015],
        }
    )


def lacking() -> pd.DataFrame:
    return pd.DataFrame({"column": ["city", "zip", "when"], "missing": [50, 900, 0]})


FIGURES = {
    "volume": lambda theme: volume.figure(weekly(), SPANS, theme),
    "coverage": lambda theme: coverage.figure(periods(), SPANS, theme, dated=True),
    "amounts": lambda theme: amounts.figure(binned(), "€", theme),
    "rhythm": lambda theme: rhythm.figure(hourly(), (22, 2), theme, dated=True),
    "hours": lambda theme: rhythm.figure(hourly(), (22, 2), theme, dated=False),
    "groups": lambda theme: groups.figure(ranked(), 0.01, theme),
    "missing": lambda theme: missing.figure(lacking(), 1_000, theme),
}


@pytest.mark.parametrize("name", FIGURES)
class TestEveryFigure:
    @pytest.mark.parametrize("theme", THEMES)
    def test_wears_the_ink_of_the_page_and_no_legend(self, name, theme):
        fig = FIGURES[name](theme)
        ticks, labels, grid = ink.INK[theme]
        assert fig.layout.showlegend is False
        assert fig.layout.xaxis.tickfont.color == ticks
        assert fig.layout.yaxis.gridcolor == grid
        assert {note.font.color for note in fig.layout.annotations} <= {labels}
        assert fig.layout.margin.t <= 26

    def test_says_what_is_under_the_pointer(self, name):
        for trace in FIGURES[name]("light").data:
            assert trace.hovertemplate or trace.hoverinfo == "skip"


class TestVolume:
    def test_greyed_weeks_have_words_and_no_rate(self):
        fig = volume.figure(weekly(), SPANS, "light")
        assert [note.text for note in fig.layout.annotations].count("no<br>labels") == 1
        (grey,) = fig.layout.shapes
        assert (grey.x0, grey.x1) == (pd.Timestamp("2019-01-21"), pd.Timestamp("2019-02-04"))
        rate = fig.data[-1].y
        assert [math.isnan(each) for each in rate] == [False] * 2 + [True] * 2 + [False] * 6

    def test_a_band_does_not_fill_the_gap(self):
        lines = volume.figure(weekly(), SPANS, "light").data[1:]
        bands = [trace for trace in lines if trace.fill]
        assert [len(trace.x) for trace in bands] == [2, 6]

    def test_the_unfinished_week_is_pale(self):
        colours = volume.figure(weekly(), [], "light").data[0].marker.color
        assert set(colours[:-1]) == {ink.LEGIT}
        assert colours[-1] == ink.rgba(ink.LEGIT, 0.4)

    def test_no_band_makes_the_line_too_flat_to_be_read(self):
        rare = weekly().assign(labelled=130, frauds=[0] * 8 + [2, 0])
        assert volume.figure(rare, [], "light").layout.yaxis2.range[1] <= 4 * 2 / 130
        none = rare.assign(frauds=0)
        assert volume.figure(none, [], "light").layout.yaxis2.range[1] > 0

    def test_without_labels_there_is_one_frame(self):
        bare = weekly().assign(labelled=0, frauds=0)
        fig = volume.figure(bare, [], "light")
        assert [trace.type for trace in fig.data] == ["bar"]
        assert [note.text for note in fig.layout.annotations] == ["Transactions a week"]

    def test_many_weeks_are_drawn_together(self):
        fig = volume.figure(weekly(400), [], "light")
        assert len(fig.data[0].x) == 134
        assert fig.layout.annotations[0].text == "Transactions in 3 weeks"

    def test_weeks_without_dates_are_numbered(self):
        fig = volume.figure(weekly(dated=False), [], "light")
        assert fig.data[0].x[0] == 1.5
        assert fig.layout.xaxis2.title.text == "Week since the first transaction"
        assert "Week 1<br>" in fig.data[0].text[0]

    def test_the_words_name_range_and_grey(self):
        assert volume.alt(weekly(), SPANS) == (
            "1,000 to 1,000 transactions a week over 10 weeks; between 1.00% and 1.00% of them are "
            "fraud. 1 greyed as without labels."
        )
        assert "carry no time" in volume.alt(weekly()[:0], [])


class TestCoverage:
    def test_untrusted_periods_are_hatched_and_named(self):
        fig = coverage.figure(periods(), SPANS, "light", dated=True)
        solid, hatched = fig.data
        assert (len(solid.x), len(hatched.x)) == (8, 2)
        assert hatched.marker.pattern.shape == "/"
        assert [note.text for note in fig.layout.annotations] == ["left out"]
        assert "0 of 100 transactions labelled" in hatched.text[0]

    def test_the_words_count_gaps(self):
        assert "2 periods have labels that cannot be trusted" in coverage.alt(periods())
        assert "no periods have" in coverage.alt(periods()[:2])
        assert "carry no time" in coverage.alt(periods()[:0])


class TestAmounts:
    def test_shares_of_each_class_add_up(self):
        fig = amounts.figure(binned(), "€", "light")
        for line in (trace for trace in fig.data if trace.type == "scatter"):
            refunds = sum(
                bar.y[0] for bar in fig.data if bar.type == "bar" and line.name in bar.hovertemplate
            )
            assert sum(line.y) + refunds == pytest.approx(1)

    def test_refunds_and_zeros_stand_apart(self):
        fig = amounts.figure(binned(), "€", "light")
        assert {"0", "below 0", "€10", "€1k"} <= set(fig.layout.xaxis.ticktext)
        assert len([trace for trace in fig.data if trace.type == "bar"]) == 4

    def test_few_frauds_get_wider_bins(self):
        fine = amounts.figure(binned(1_000), "", "light").data[0].x
        coarse = amounts.figure(binned(100), "", "light").data[0].x
        assert fine[1] - fine[0] == pytest.approx(0.1)
        assert coarse[1] - coarse[0] == pytest.approx(0.2)

    @pytest.mark.parametrize(
        ("amount", "said"), [(0.5, "€0.5"), (1, "€1"), (1e3, "€1k"), (2e6, "€2M")]
    )
    def test_money_on_the_axis(self, amount, said):
        assert amounts.money(amount, "€") == said

    def test_refunds_alone_are_no_fault(self):
        fig = amounts.figure(binned()[:1], "€", "light")
        assert [trace.type for trace in fig.data].count("bar") == 2
        assert "45 of them below zero" in amounts.alt(binned()[:1])


class TestRhythm:
    def test_the_peak_is_marked_over_midnight(self):
        fig = rhythm.figure(hourly(), (22, 2), "light", dated=True)
        assert [(round(each.x0), round(each.x1)) for each in fig.layout.shapes] == [
            (22, 23),
            (0, 1),
        ]

    def test_hours_with_few_labels_are_blank(self):
        few = hourly()
        few.loc[5, "labelled"] = 3
        grid = rhythm.figure(few, None, "light", dated=True).data[0].z
        assert math.isnan(grid[0][5])
        assert np.isnan(grid).sum() == 1

    def test_chance_is_not_painted_dark(self):
        even = hourly().assign(frauds=1)
        even.loc[3, "frauds"] = 2
        scale = rhythm.figure(even, None, "light", dated=True).data[0]
        assert scale.zmax >= 3 * np.nanmax(scale.z) / 1.01

    def test_transactions_are_counted_where_rates_say_nothing(self):
        scale = rhythm.figure(hourly(10), None, "light", dated=True).data[0]
        assert scale.z.max() == 10
        assert scale.colorscale[0][1] == ink.QUIET["light"][0]

    def test_the_words_name_the_peak(self):
        assert rhythm.alt(hourly(), (22, 2), True).endswith("highest between 22:00 and 02:00.")
        assert rhythm.alt(hourly(), (22, 2), False).endswith("highest from hour 22 to hour 2.")
        assert "no hour stands out" in rhythm.alt(hourly(), None, True)


class TestGroups:
    def test_names_cannot_become_markup(self):
        names = groups.figure(ranked(), 0.01, "light").layout.yaxis.ticktext
        assert names[0].startswith("&lt;b&gt;A rather")

    def test_chance_is_hollow(self):
        assert groups.figure(ranked(), 0.01, "light").data[0].marker.color == (
            ink.FRAUD,
            "rgba(0,0,0,0)",
        )

    def test_the_words_name_the_first_with_its_interval(self):
        assert "at 10.00%, 95% interval 7.40% to 13.30%" in groups.alt(ranked())
        assert "no category has frauds" in groups.alt(ranked()[:0])


class TestMissing:
    def test_only_columns_that_lack_values_are_drawn_most_first(self):
        bars = missing.figure(lacking(), 1_000, "light").data[0]
        assert list(bars.y) == ["zip", "city"]
        assert list(bars.text) == ["90%", "5.0%"]

    def test_the_words(self):
        assert missing.alt(lacking(), 1_000) == (
            "2 columns lack values, most of all zip: 90.0% of rows."
        )
        assert "every column is filled" in missing.alt(lacking()[2:], 1_000)
