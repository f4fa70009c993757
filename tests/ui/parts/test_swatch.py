"""The mark of a run: its colour and its dash, as a picture that holds no markup of others."""

from base64 import b64decode
from xml.etree import ElementTree

import pytest

from ui.charts.ink import DASH, GUIDE, RUNS
from ui.charts.run_lines import Cue
from ui.parts import swatch


@pytest.mark.parametrize("slot", range(6))
def test_has_the_colour_and_a_dash_of_its_own(slot):
    (line,) = ElementTree.fromstring(swatch.svg(Cue(RUNS[slot], DASH[slot])))
    assert line.get("stroke") == RUNS[slot]
    assert line.get("stroke-dasharray", "") == swatch.DASHES[DASH[slot]]


def test_every_dash_can_be_told_from_every_other():
    assert set(swatch.DASHES) == set(DASH)
    assert len(set(swatch.DASHES.values())) == len(DASH)


def test_a_run_without_colour_is_thin_and_grey():
    (line,) = ElementTree.fromstring(swatch.svg(None))
    assert (line.get("stroke"), line.get("stroke-width")) == (GUIDE, "1")


def test_the_address_holds_the_picture():
    head, _, body = swatch.address(Cue(RUNS[1], "dot")).partition(",")
    assert head == "data:image/svg+xml;base64"
    assert b64decode(body).decode() == swatch.svg(Cue(RUNS[1], "dot"), swatch.CELL)
