"""The cards of run B: direction in words, colour only where it is more than noise."""

from dataclasses import replace

from backend.steps.paired import Verdict
from tests.ui.parts.test_compare_words import LESS, NOISE, comparison
from ui.parts.compare_cards import _card, has_money


def card(verdict: Verdict, measure: str = "cost", better: object = "as found") -> dict:
    whole = comparison(measure, verdict)
    one = whole.ranked[1]
    standing = one if better == "as found" else replace(one, better=better)
    return _card(whole, standing, measure, "EUR")


def test_less_cost_is_green_and_points_down():
    told = card(LESS)
    assert (told["delta"], told["delta_arrow"], told["delta_color"]) == (
        "€3,240 less",
        "down",
        "green",
    )
    assert told["delta_description"] == "€1,100 to €5,200"


def test_more_frauds_found_is_green_and_points_up():
    told = card(Verdict(0.03, 0.01, 0.05, 0.001, better=True), "found")
    assert (told["delta"], told["delta_arrow"], told["delta_color"]) == (
        "3.0 points more",
        "up",
        "green",
    )


def test_noise_has_no_colour():
    told = card(NOISE)
    assert (told["delta_color"], told["delta_description"]) == ("off", "within noise")


def test_what_many_runs_make_noise_has_no_colour_either():
    assert card(LESS, better=None)["delta_color"] == "off"


def test_with_few_frauds_says_so():
    few = Verdict(-10.0, -20.0, -1.0, reason="Only 12 frauds.")
    assert card(few)["delta_description"] == "too few frauds to tell"


def test_a_figure_that_cannot_be_had_has_no_change():
    assert "delta" not in card(Verdict(None, reason="No figure."))
    assert _card(comparison(), None, "cost", "EUR")["delta_description"] == "not ranked"


def test_money_comes_first_only_where_frauds_have_amounts():
    assert has_money(comparison(fraud_amount=10.0))
    assert not has_money(comparison(fraud_amount=0.0))
