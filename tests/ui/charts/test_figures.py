"""The charts, built without a browser: what is drawn, in which colour, and what is said of it."""

import math

import pandas as pd
import pytest

from ui.charts import band, ink, loss, precision, weeks

THEMES = ["light", "dark"]


def curve(steps: int = 100, every: int = 10) -> pd.DataFrame:
    train = [("train", step, 0.1 + 1 / step, math.nan) for step in range(1, steps + 1)]
    checks = range(every, steps + 1, every)
    validation = [("validation", step, 0.15 + 1 / step, 0.9 - 1 / step) for step in checks]
    frame = pd.DataFrame(train + validation, columns=["part", "step", "loss", "ap"])
    return frame.sort_values("step", ignore_index=True)


def traces(fig, name: str):
    return [trace for trace in fig.data if trace.name == name]


FIGURES = {
    "loss": lambda theme: loss.figure(curve(), 150, theme),
    "precision": lambda theme: precision.figure(curve(), theme),
    "weeks": lambda theme: weeks.figure(by_week(), theme),
    "band": lambda theme: band.figure(0.7, BANDS, theme),
}


class TestEveryFigure:
    @pytest.mark.parametrize("theme", THEMES)
    @pytest.mark.parametrize("name", FIGURES)
    def test_wears_the_ink_of_the_page_and_no_legend(self, name, theme):
        fig = FIGURES[name](theme)
        ticks, labels, grid = ink.INK[theme]
        assert fig.layout.showlegend is False
        assert fig.layout.xaxis.tickfont.color == ticks
        assert fig.layout.yaxis.gridcolor == grid
        assert {note.font.color for note in fig.layout.annotations} <= {labels}
        assert fig.layout.uirevision == "keep"

    @pytest.mark.parametrize("name", FIGURES)
    def test_says_what_is_under_the_pointer(self, name):
        for trace in FIGURES[name]("light").data:
            assert trace.hovertemplate or trace.hoverinfo == "skip"


class TestLoss:
    def test_training_is_grey_and_validation_blue(self):
        fig = loss.figure(curve(), 150, "light")
        assert traces(fig, "Training")[0].line.color == ink.LEGIT
        assert traces(fig, "Validation")[0].line.color == ink.RUNS[0]

    def test_what_is_hidden_is_not_drawn(self):
        fig = loss.figure(curve(), 150, "light", training=False)
        assert not traces(fig, "Training")
        assert traces(fig, "Validation")
        assert not traces(loss.figure(curve(), 150, "light", validation=False), "Validation")

    def test_what_is_still_to_come_is_shaded_up_to_the_plan(self):
        (shade,) = loss.figure(curve(), 150, "light").layout.shapes
        assert (shade.x0, shade.x1) == (100, 150)
        assert not loss.figure(curve(), 100, "light").layout.shapes

    def test_the_ring_lies_on_the_lowest_validation_loss(self):
        ring = loss.figure(curve(), 150, "light").data[-1]
        assert (ring.x[0], ring.y[0]) == (100, pytest.approx(0.16))

    def test_the_mean_is_centred(self):
        falling = pd.Series(range(100, 0, -1), dtype="float64")
        middle = loss.smoothed(falling)[20:80]
        assert middle.tolist() == pytest.approx(falling[20:80].tolist())

    def test_a_loss_that_was_no_number_leaves_a_gap(self):
        points = curve()
        points.loc[points["step"] == 100, "loss"] = math.nan
        fig = loss.figure(points, 150, "light")
        assert math.isnan(traces(fig, "Validation")[0].y[-1])
        assert loss.figure(points.assign(loss=math.nan), 150, "light").data

    def test_on_a_log_scale_labels_stand_at_their_lines(self):
        fig = loss.figure(curve(), 150, "light", log=True)
        (label,) = [note for note in fig.layout.annotations if note.text == "Validation"]
        assert label.y == pytest.approx(math.log10(0.16))

    def test_an_empty_curve_is_drawn_without_fault(self):
        assert not loss.figure(curve()[:0], 0, "light").data
        assert "no validation point yet" in loss.alt(curve()[:0], 0)

    def test_the_words_name_first_and_last(self):
        assert "from 0.250 to 0.160" in loss.alt(curve(), 150)

    @pytest.mark.parametrize(("step", "side"), [(20, "left"), (140, "right")])
    def test_marks_where_the_run_resumed_with_words_where_there_is_room(self, step, side):
        fig = loss.figure(curve(), 150, "light", resumed=step)
        (line,) = [shape for shape in fig.layout.shapes if shape.type == "line"]
        assert (line.x0, line.line.dash) == (step, "dot")
        (said,) = [note for note in fig.layout.annotations if note.text == f"resumed from {step}"]
        assert said.xanchor == side
        assert f"resumed from step {step}" in loss.alt(curve(), 150, step)


class TestPrecision:
    def test_only_checks_are_drawn(self):
        fig = precision.figure(curve(), "light")
        assert len(fig.data[0].x) == 10
        assert "now 0.890, best 0.890" in precision.alt(curve())

    def test_one_check_stands_on_the_whole_scale(self):
        fig = precision.figure(curve()[:10].assign(ap=[math.nan] * 9 + [0.03]), "light")
        assert tuple(fig.layout.yaxis.range) == (0, 1)
        assert fig.layout.xaxis.range[0] == 0

    def test_few_steps_are_labelled_once_each(self):
        assert precision.figure(curve(5, 1), "light").layout.xaxis.dtick == 1
        assert precision.figure(curve(50, 5), "light").layout.xaxis.dtick is None

    def test_no_check_yet(self):
        assert not precision.figure(curve()[:0], "light").data
        assert "no point yet" in precision.alt(curve()[:0])


class TestWeeks:
    def test_the_unfinished_week_is_pale(self):
        colours = weeks.figure(by_week(), "light").data[0].marker.color
        assert list(colours) == [ink.FRAUD, ink.FRAUD, ink.rgba(ink.FRAUD, 0.4)]

    def test_weeks_without_dates_are_numbered(self):
        elapsed = by_week().assign(start=[0.0, 7.0, 14.0])
        assert list(weeks.figure(elapsed, "light").data[0].x) == [1, 2, 3]

    def test_ticks_stand_on_the_first_days_of_weeks(self):
        axis = weeks.figure(by_week(), "light").layout.xaxis
        assert pd.Timestamp(axis.tick0) == pd.Timestamp("2026-09-07")
        assert axis.dtick == weeks.WEEK


class TestBand:
    def test_a_narrow_band_goes_without_its_name(self):
        names = [note.text for note in band.figure(0.7, BANDS, "light").layout.annotations]
        assert "Let pass" in names
        assert "Review first" not in names

    def test_ticks_do_not_overprint(self):
        tight = [(0.0, 0.01, "Let pass"), (0.01, 0.02, "Review"), (0.02, 1.0, "Review first")]
        assert list(band.figure(0.5, tight, "light").layout.xaxis.tickvals) == [0.0, 1.0]

    def test_the_words_name_score_and_band(self):
        assert band.alt(0.7, "Review") == "Score 0.70 on a scale from 0 to 1, in the band “Review”."


BANDS = [(0.0, 0.62, "Let pass"), (0.62, 0.9, "Review"), (0.9, 1.0, "Review first")]


def by_week() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "start": pd.to_datetime(["2026-09-07", "2026-09-14", "2026-09-21"]),
            "transactions": [1_000, 1_100, 400],
            "frauds": [44, 51, 12],
            "complete": [True, True, False],
        }
    )


def test_the_cloud_button_is_off():
    assert ink.CONFIG["showSendToCloud"] is False
