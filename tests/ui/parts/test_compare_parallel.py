"""The filters beside parallel axes: what the address says, and where their handles stand."""

import math

import pytest

from backend.steps.differences import axis
from ui.parts.compare_parallel import Dimension, bounds, ends, in_words, title_of


def dimension(values: dict[int, float | None]) -> Dimension:
    texts = {run: "–" if value is None else f"{value:.1f}" for run, value in values.items()}
    found = axis("ap", list(values.values()))
    assert found is not None
    return Dimension(found, "Average precision", values, texts)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", (-math.inf, math.inf)),
        ("0.3~", (0.3, math.inf)),
        ("~0.7", (-math.inf, 0.7)),
        ("0.3~0.7", (0.3, 0.7)),
        ("0.7~0.3", (-math.inf, math.inf)),
        ("abc~<b>", (-math.inf, math.inf)),
        ("nan~0.5", (-math.inf, math.inf)),
    ],
)
def test_the_address_is_read_leniently(text, found):
    assert bounds(text) == found


def test_values_that_read_the_same_share_a_label():
    found = dimension({1: 0.11, 2: 0.12, 3: 0.5, 4: None})
    assert found.labels == ["0.1", "0.5"]
    assert found.spans == [("0.1", 0.11, 0.12), ("0.5", 0.5, 0.5)]


def test_handles_stand_at_the_values_inside():
    found = dimension({1: 0.1, 2: 0.3, 3: 0.5})
    assert ends(found, -math.inf, math.inf) == ("0.1", "0.5")
    assert ends(found, 0.2, math.inf) == ("0.3", "0.5")
    assert ends(found, -math.inf, 0.4) == ("0.1", "0.3")
    assert ends(found, 0.9, 1.0) == ("0.5", "0.5")
    assert ends(found, -1.0, 0.0) == ("0.1", "0.1")


def test_options_are_written_for_people():
    assert in_words(None) == "–" and in_words("") == "as installed"
    assert in_words(True) == "yes" and in_words(0.00035) == "0.00035"
    assert title_of("learning_rate", {}) == "Learning rate"
    assert title_of("seed", {"seed": "Seed of chance"}) == "Seed of chance"
