"""The colours of the theme and of the charts keep their contrast and their distance."""

import tomllib

import pytest

from settings import ROOT
from tests.ui.colour import ciede2000, closest, contrast, distance, over
from ui.charts import ink

THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
TEXT = ["textColor", "linkColor", "grayColor", "greenColor", "redColor", "orangeColor", "blueColor"]
CAPTION = 0.6  # opacity at which Streamlit draws captions
EVERY_EYE = [None, "deuteranopia", "protanopia", "tritanopia"]


def test_the_distance_is_the_published_one():
    # Sharma, Wu and Dalal 2005, table 1, pairs 1, 7 and 25.
    assert ciede2000((50, 2.6772, -79.7751), (50, 0, -82.7485)) == pytest.approx(2.0425, abs=1e-4)
    assert ciede2000((50, 0, 0), (50, -1, 2)) == pytest.approx(2.3669, abs=1e-4)
    assert ciede2000((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387)) == pytest.approx(
        1.2644, abs=1e-4
    )


@pytest.mark.parametrize("mode", ["light", "dark"])
class TestPages:
    @pytest.mark.parametrize("name", TEXT)
    def test_text_is_readable_on_page_and_menu(self, mode, name):
        for page in (THEME[mode]["backgroundColor"], THEME[mode]["sidebar"]["backgroundColor"]):
            assert contrast(THEME[mode][name], page) >= 4.5

    def test_captions_are_readable(self, mode):
        for page in (THEME[mode]["backgroundColor"], THEME[mode]["sidebar"]["backgroundColor"]):
            assert contrast(over(THEME[mode]["textColor"], page, CAPTION), page) >= 4.5

    def test_white_button_text_is_readable_on_the_accent(self, mode):
        assert contrast("#FFFFFF", THEME[mode]["primaryColor"]) >= 4.5

    def test_the_accent_is_seen_as_a_mark(self, mode):
        assert contrast(THEME[mode]["primaryColor"], THEME[mode]["backgroundColor"]) >= 3

    def test_table_headers_are_readable(self, mode):
        header = THEME[mode]["dataframeHeaderTextColor"]
        assert contrast(header, THEME[mode]["dataframeHeaderBackgroundColor"]) >= 4.5

    def test_chart_ink_is_readable(self, mode):
        ticks, labels, _ = ink.INK[mode]
        assert contrast(ticks, THEME[mode]["backgroundColor"]) >= 4.5
        assert contrast(labels, THEME[mode]["backgroundColor"]) >= 4.5

    @pytest.mark.parametrize("colour", [*ink.RUNS, ink.FRAUD, ink.LEGIT])
    def test_marks_are_seen(self, mode, colour):
        assert contrast(colour, THEME[mode]["backgroundColor"]) >= 2.95  # sky is 3.0 on white

    @pytest.mark.parametrize("scale", [ink.HEAT, ink.QUIET], ids=["heat", "quiet"])
    def test_heat_maps_rise_evenly_away_from_the_page(self, mode, scale):
        page = THEME[mode]["backgroundColor"]
        seen = [contrast(colour, page) for colour in scale[mode]]
        assert seen == sorted(seen)
        assert 1.05 < seen[0] < 1.3  # the lowest cell is seen as a cell, and no more
        assert seen[-1] > 7
        steps = zip(scale[mode], scale[mode][1:], strict=False)
        assert min(distance(one, other) for one, other in steps) > 5

    def test_lists_of_ten_are_not_ignored(self, mode):
        assert len(THEME[mode]["chartSequentialColors"]) == 10
        assert len(THEME[mode]["chartDivergingColors"]) == 10


def test_charts_and_theme_name_the_same_runs():
    assert THEME["chartCategoricalColors"] == ink.RUNS
    assert len(ink.DASH) == len(set(ink.DASH)) == len(ink.RUNS)


def test_tables_say_better_and_worse_in_the_theme_s_colours():
    for mode, colours in ink.VERDICT.items():
        assert colours == (THEME[mode]["greenColor"], THEME[mode]["redColor"])


class TestDistances:
    """The minimum distances of the design, measured when the colours were chosen."""

    @pytest.mark.parametrize(
        ("seen_as", "least"), list(zip(EVERY_EYE, [50, 57, 51, 49], strict=True))
    )
    def test_two_runs_side_by_side(self, seen_as, least):
        assert distance(ink.RUNS[0], ink.RUNS[1], seen_as) >= least

    @pytest.mark.parametrize(
        ("seen_as", "least"), list(zip(EVERY_EYE, [38, 15, 12, 7], strict=True))
    )
    def test_four_runs(self, seen_as, least):
        assert closest(ink.RUNS[:4], seen_as) >= least

    @pytest.mark.parametrize(
        ("seen_as", "least"), list(zip(EVERY_EYE, [15, 11, 10, 7], strict=True))
    )
    def test_six_runs(self, seen_as, least):
        assert closest(ink.RUNS, seen_as) >= least

    @pytest.mark.parametrize(
        ("seen_as", "least"), list(zip(EVERY_EYE, [34, 34, 33, 38], strict=True))
    )
    def test_fraud_and_legitimate(self, seen_as, least):
        assert distance(ink.FRAUD, ink.LEGIT, seen_as) >= least

    @pytest.mark.parametrize(
        ("seen_as", "least"), list(zip(EVERY_EYE, [55, 19, 15, 59], strict=True))
    )
    def test_better_and_worse(self, seen_as, least):
        light = THEME["light"]
        assert distance(light["greenColor"], light["redColor"], seen_as) >= least
