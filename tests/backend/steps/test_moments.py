"""Times in every way people write them."""

from pathlib import Path

import pytest

from backend.steps.duck import Table, literal, open_duck
from backend.steps.moments import read_clock
from backend.steps.recipe import Fix, Kind

NOON = 1709985600  # 2024-03-09 12:00:00 UTC


def table(connection, rows: list[tuple[str, ...]]) -> Table:
    values = ", ".join(f"({', '.join(literal(cell) for cell in row)})" for row in rows)
    names = ", ".join(f"c{place}" for place in range(len(rows[0])))
    return Table(connection, f"(VALUES {values}) AS t({names})")


@pytest.mark.parametrize(
    ("value", "kind", "seconds"),
    [
        ("2024-03-09 12:00:00", "date", NOON),
        ("2024-03-09T12:00:00Z", "date", NOON),
        ("2024-03-09T13:00:00+01:00", "date", NOON),
        ("2024-03-09 12:00:00.250", "date", NOON + 0.25),
        ("2024-03-09", "date", NOON - 43200),
        ("25/03/2024 12:00", "date", NOON + 16 * 86400),
        ("03/25/2024 12:00 PM", "date", NOON + 16 * 86400),
        ("25.03.2024", "date", NOON + 16 * 86400 - 43200),
        ("25.03.24", "date", NOON + 16 * 86400 - 43200),
        ("25/03/24 12:00", "date", NOON + 16 * 86400),
        ("3/25/24 12:00", "date", NOON + 16 * 86400),
        ("09 Mar 2024 12:00", "date", NOON),
        ("20240309", "date", NOON - 43200),
        (str(NOON), "date", NOON),
        (f"{NOON}000", "date", NOON),
        (f"{NOON}000000", "date", NOON),
        ("172792.5", "elapsed", 172792.5),
        ("86400", "elapsed", 86400),
        ("tomorrow", "none", None),
        ("N/A", "none", None),
    ],
)
def test_one_column(tmp_path: Path, value: str, kind: str, seconds: float | None) -> None:
    with open_duck(tmp_path) as connection:
        one = table(connection, [(value,)])
        clock = read_clock(one, [("when", "c0")])
        assert (clock.kind, one.row(clock.seconds)[0]) == (kind, seconds)


def test_steps_are_hours(tmp_path: Path) -> None:
    with open_duck(tmp_path) as connection:
        one = table(connection, [("7",)])
        assert one.row(read_clock(one, [("step", "c0")]).seconds) == (7 * 3600,)


@pytest.mark.parametrize(
    ("names", "row"),
    [
        (("Year", "Month", "Day", "Time"), ("2024", "3", "9", "12:00")),
        (("Year", "Month", "Day", "Time"), ("2024.0", "3.0", "9.0", "12:00")),
        (("year", "month", "day", "hour"), ("2024", "03", "09", "12")),
        (("date", "time"), ("2024-03-09", "12:00:00")),
        (("date", "time"), ("09/03/2024", "12:00")),
    ],
)
def test_parts_are_joined(tmp_path: Path, names: tuple[str, ...], row: tuple[str, ...]) -> None:
    columns = [(name, f"c{place}") for place, name in enumerate(names)]
    late = tuple(cell.replace("09/03", "28/03") for cell in row)
    with open_duck(tmp_path) as connection:
        both = table(connection, [row, late])
        clock = read_clock(both, columns)
        assert both.rows(clock.seconds)[0] == (NOON,)


def test_day_and_month_are_told_apart_by_the_shorter_span(tmp_path: Path) -> None:
    """01/03 to 12/03: twelve days of March, rather than one day in each month."""
    with open_duck(tmp_path) as connection:
        march = table(connection, [(f"{day:02}/03/2024",) for day in range(1, 13)])
        clock = read_clock(march, [("when", "c0")])
        low, high = march.row(f"min({clock.seconds}), max({clock.seconds})")
    assert "day/month/year" in clock.why
    assert high - low == 11 * 86400


def test_a_few_broken_times_are_missing_and_counted(tmp_path: Path) -> None:
    rows = [("2024-03-09 12:00:00",)] * 40 + [("2023-02-30",)] + [("",)]
    with open_duck(tmp_path) as connection:
        some = table(connection, rows)
        clock = read_clock(some, [("when", "c0")])
        assert some.row(f"count({clock.seconds})") == (40,)
    assert (clock.present, clock.broken, clock.first_broken) == (41, 1, "2023-02-30")


def test_no_columns_no_clock(tmp_path: Path) -> None:
    with open_duck(tmp_path) as connection:
        assert read_clock(table(connection, [("1",)]), []).kind == "none"


BERLIN = (Fix(Kind.ZONE, "when", "Europe/Berlin"),)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2024-03-09 13:00:00", NOON),
        ("09.03.2024 13:00", NOON),
        ("2024-03-09 12:00:00Z", NOON),  # its own zone stands
        ("2024-03-31 02:30:00", 1711848600),  # skipped: half past three
        ("2024-10-27 02:30:00", 1729992600),  # twice: the second
    ],
)
def test_times_without_a_zone_are_in_the_one_that_was_said(tmp_path: Path, value, seconds) -> None:
    with open_duck(tmp_path) as connection:
        some = table(connection, [(value,)])
        assert some.row(read_clock(some, [("when", "c0")], BERLIN).seconds) == (seconds,)


def test_zones_may_be_mixed(tmp_path: Path) -> None:
    values = ["2024-03-09 13:00:00+01:00", "2024-03-09T12:00:00Z", "2024-03-09 07:00:00 -05:00",
              "2024-03-09 12:00:00 UTC", "2024-03-09 12:00:00"]  # fmt: skip
    with open_duck(tmp_path) as connection:
        some = table(connection, [(value,) for value in values])
        clock = read_clock(some, [("when", "c0")])
        assert some.rows(clock.seconds) == [(NOON,)] * 5
    assert clock.naive == 1


@pytest.mark.parametrize(
    ("values", "title"),
    [
        (("13/01/2024", "02/03/2024"), "day/month/year"),
        (("01/13/2024", "02/03/2024"), "month/day/year"),
        (  # never goes backwards
            ("02/01/2024", "05/01/2024", "03/02/2024", "02/04/2024", "01/05/2024", "03/05/2024"),
            "day/month/year",
        ),
        (("05/05/2024", "06/06/2024"), "/year"),  # the same either way
        (("21/06/20 12:14", "22/06/20 09:00"), "day/month/year"),
    ],
)
def test_the_whole_column_tells_day_from_month(tmp_path: Path, values, title: str) -> None:
    with open_duck(tmp_path) as connection:
        clock = read_clock(table(connection, [(value,) for value in values]), [("when", "c0")])
    assert title in clock.why
    assert clock.orders == ()


@pytest.mark.parametrize(
    "values",
    [
        ("03/04/2024", "04/03/2024"),
        ("03/04/2024",),
        ("13/04/2024", "04/13/2024"),  # both occur
    ],
)
def test_where_nothing_tells_the_analyst_is_asked(tmp_path: Path, values) -> None:
    with open_duck(tmp_path) as connection:
        some = table(connection, [(value,) for value in values])
        asked = read_clock(some, [("when", "c0")])
        said = [
            read_clock(some, [("when", "c0")], (Fix(Kind.DATES, "when", order),))
            for order in ("day first", "month first")
        ]
    assert {reading.order for reading in asked.orders} == {"day first", "month first"}
    assert [clock.orders for clock in said] == [(), ()]
    assert ["day/month" in clock.why for clock in said] == [True, False]


def test_a_stray_number_does_not_hide_an_epoch(tmp_path: Path) -> None:
    rows = [(str(NOON * 1000 + i),) for i in range(50)] + [("0",)]
    with open_duck(tmp_path) as connection:
        clock = read_clock(table(connection, rows), [("when", "c0")])
    assert (clock.kind, clock.unit) == ("date", "milliseconds")
