"""Every number format of the design, by its own example, and the edges of each."""

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.states import RunState
from backend.steps.columns import Role
from ui.parts import wording

VIENNA = ZoneInfo("Europe/Vienna")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY = 86_400.0


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (wording.money(61_480.2, "EUR"), "€61,480"),
        (wording.money(2_999.9, "€", cents=True), "€2,999.90"),
        (wording.money(-450, "EUR"), "−€450"),
        (wording.money(12, "SEK"), "SEK 12"),
        (wording.money(12, ""), "12"),
        (wording.share(0.412, card=True), "41.2%"),
        (wording.share(0.412), "41%"),
        (wording.share(0.094), "9.4%"),
        (wording.share(0.0996), "10%"),
        (wording.share(1.0, card=True), "100%"),
        (wording.rate(0.001885), "0.19%"),
        (wording.rate(0.0000321), "0.0032%"),
        (wording.rate(0.113), "11%"),
        (wording.rate(0.0), "0%"),
        (wording.score(0.6213), "0.62"),
        (wording.three(0.8612), "0.861"),
        (wording.count(184_220), "184,220"),
        (wording.a_day(118.2), "118"),
        (wording.a_day(8.42), "8.4"),
        (wording.a_day(9.97), "10"),
        (wording.a_day(3.0), "3"),
        (wording.a_day(0.0), "0"),
        (wording.counted(1, "fraud"), "1 fraud"),
        (wording.counted(412, "fraud"), "412 frauds"),
        (wording.duration(130), "2 min 10 s"),
        (wording.duration(93_784), "1 d 2 h"),
        (wording.duration(0.2), "under 1 s"),
        (wording.between(660, 1_140), "11 to 19 min"),
        (wording.between(20, 41), "20 to 41 s"),
        (wording.between(290, 305), "5 min"),
        (wording.time_left(857), "14 min"),
        (wording.time_left(4), "10 s"),
        (wording.size(31_400_000), "31.4 MB"),
        (wording.ordinal(1), "1st"),
        (wording.ordinal(12), "12th"),
        (wording.ordinal(23), "23rd"),
        (wording.age(NOW - timedelta(seconds=4), NOW), "4 s ago"),
        (wording.age(NOW - timedelta(minutes=4), NOW), "4 min ago"),
        (wording.age(NOW + timedelta(seconds=4), NOW), "0 s ago"),
        (wording.moment(datetime(2026, 11, 23, 8, 12, tzinfo=UTC), VIENNA, NOW), "23 Nov, 09:12"),
        (wording.moment(datetime(2025, 7, 1, 8, 12, tzinfo=UTC), VIENNA, NOW), "1 Jul 2025, 10:12"),
        (wording.clock(NOW, VIENNA, NOW), f"{NOW.astimezone(VIENNA):%H:%M}"),
        (wording.clock(datetime(2025, 7, 1, 8, 12, tzinfo=UTC), VIENNA, NOW), "1 Jul 2025, 10:12"),
        (wording.clock(None, VIENNA, NOW), "–"),
        (wording.on_clock(2 * DAY + 13_200, "elapsed"), "day 3, 03:40"),
        (wording.joined("a", "", "b"), "a · b"),
    ],
)
def test_formats(written, wanted):
    assert written == wanted


@pytest.mark.parametrize("absent", [None, math.nan])
@pytest.mark.parametrize(
    "form",
    [
        wording.money,
        wording.share,
        wording.rate,
        wording.score,
        wording.three,
        wording.count,
        wording.a_day,
        wording.duration,
        wording.time_left,
    ],
)
def test_what_is_missing_is_a_dash(form, absent):
    assert form(absent) == "–"


def test_periods_name_their_days_and_the_year_once():
    start = datetime(2026, 9, 1, 7, tzinfo=UTC).timestamp()
    end = datetime(2026, 10, 31, 9, tzinfo=UTC).timestamp()
    assert wording.period(start, end, "date") == ("61 days", "1 Sep to 31 Oct 2026")
    assert wording.period(0.0, 3 * DAY, "elapsed") == ("4 days", "counted from the first row")
    assert wording.period(None, None, "none") == ("–", "no time column")


def test_every_state_and_role_has_words():
    assert set(wording.STATES) == set(RunState)
    assert set(wording.ROLES) == set(Role)
    assert len(set(wording.ROLES.values())) == len(Role)


def test_an_unknown_zone_is_utc():
    assert wording.zone("Mars/Olympus") is UTC
    assert wording.zone(None) is UTC
    assert wording.zone("Europe/Vienna") == VIENNA


@pytest.mark.parametrize(
    "hostile",
    [
        "![x](https://evil.example/a.png)",
        "[click](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        ":red[danger] :material/home:",
        "$x^2$ `code` **bold** ~~gone~~ | a | b |",
        "a\nb\r\n# heading",
    ],
)
def test_text_from_a_file_never_becomes_markdown(hostile):
    shown = wording.plain(hostile)
    assert "\n" not in shown
    for sign in "![]()<>:$`*~|#_":
        assert shown.count(sign) == shown.count("\\" + sign)
